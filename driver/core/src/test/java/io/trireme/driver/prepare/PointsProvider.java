package io.trireme.driver.prepare;

import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.ExampleSink;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSourceProvider;
import io.trireme.data.source.ExampleSplit;
import io.trireme.data.source.ExampleStream;
import io.trireme.data.source.SourceContents;
import io.trireme.data.source.SourceKey;
import io.trireme.data.source.SourceKey.Kind;
import io.trireme.data.source.SourceProblem;
import io.trireme.data.source.SourceRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/**
 * A format as others may add it: point p has the floats {@code x = p / 2}, {@code y = -p} and the
 * class {@code p mod 3}, the very last point another one if the job says so. Its number of points
 * is not known before they are read, in three parts.
 */
public final class PointsProvider implements ExampleSourceProvider {
  static final ExampleSchema SCHEMA =
      new ExampleSchema(
          List.of(
              feature("x"),
              feature("y"),
              new TensorSpec(
                  "side", Role.LABEL, ElementType.INT32, List.of(), TensorSpec.OPEN, 1)));

  private static TensorSpec feature(String name) {
    return new TensorSpec(name, Role.FEATURE, ElementType.FLOAT32, List.of(), 0, 1);
  }

  @Override
  public String format() {
    return "points";
  }

  @Override
  public List<SourceKey> keys() {
    return List.of(
        new SourceKey("points", Kind.COUNT, true),
        new SourceKey("title", Kind.TEXT, false),
        new SourceKey("odd", Kind.FLAG, false));
  }

  @Override
  public ExampleSource source(SourceRequest request) {
    int points = request.count("points", "data.format points needs their number");
    boolean odd = request.options().get("odd") == Boolean.TRUE;
    return new Source(request.set(), request.key("points"), points, odd);
  }

  private record Source(String set, String key, int points, boolean odd) implements ExampleSource {
    @Override
    public List<SourceProblem> check(Configuration configuration) {
      return points < 3 ? List.of(new SourceProblem(key, "is less than 3")) : List.of();
    }

    @Override
    public SourceContents contents(Configuration configuration) {
      List<ExampleSplit> splits =
          IntStream.range(0, 3)
              .<ExampleSplit>mapToObj(
                  i -> new Part(set, points * i / 3, points * (i + 1) / 3, i == 2 && odd))
              .toList();
      String identity = "points " + set + " " + points + " " + odd;
      return new SourceContents(identity, SCHEMA, SourceContents.UNKNOWN, splits);
    }
  }

  private record Part(String set, int first, int end, boolean odd) implements ExampleSplit {
    @Override
    public ExampleStream open(Configuration configuration) {
      return new Points(this);
    }
  }

  private static final class Points implements ExampleStream {
    private final Part part;
    private int next;

    Points(Part part) {
      this.part = part;
      next = part.first;
    }

    @Override
    public boolean next(ExampleSink sink) {
      if (next == part.end) {
        return false;
      }
      int side = part.odd && next == part.end - 1 ? 3 : next % 3;
      sink.ints(2, new int[] {side}, 0, 1);
      sink.floats(0, new float[] {next / 2f, -next}, 0, 1);
      sink.floats(1, new float[] {next / 2f, -next}, 1, 1);
      next++;
      return true;
    }

    @Override
    public String position() {
      return "point " + (next - 1) + " of " + part.set;
    }

    @Override
    public void close() {}
  }
}
