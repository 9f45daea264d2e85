package io.trireme.data.digits;

import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.ExampleSink;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.data.shard.ShardPlan;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSplit;
import io.trireme.data.source.ExampleStream;
import io.trireme.data.source.SourceContents;
import io.trireme.data.source.SourceProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** Digits drawn from a seed; a part is as many as a shard holds. */
record DigitsSource(String set, long seed, int split, int examples) implements ExampleSource {
  private static final int SIZE = DigitGenerator.SIZE;
  private static final ExampleSchema SCHEMA =
      new ExampleSchema(
          List.of(
              new TensorSpec(
                  "image", Role.FEATURE, ElementType.UINT8, List.of(1, SIZE, SIZE), 0, 1 / 255.0),
              new TensorSpec(
                  "label", Role.LABEL, ElementType.UINT8, List.of(), TensorSpec.OPEN, 1)));

  @Override
  public List<SourceProblem> check(Configuration configuration) {
    return List.of();
  }

  @Override
  public SourceContents contents(Configuration configuration) {
    String identity =
        String.format(
            Locale.ROOT,
            "digits %s version %d seed %d split %d examples %d",
            set,
            DigitGenerator.VERSION,
            seed,
            split,
            examples);
    int perShard = ShardPlan.examplesPerShard(SCHEMA, examples);
    List<ExampleSplit> splits = new ArrayList<>();
    for (long first = 0; first < examples; first += perShard) {
      splits.add(new Part(this, first, first + Math.min(perShard, examples - first)));
    }
    return new SourceContents(identity, SCHEMA, examples, splits);
  }

  /** The digits from one to before another. */
  private record Part(String set, long seed, int split, long first, long end)
      implements ExampleSplit {

    Part(DigitsSource source, long first, long end) {
      this(source.set, source.seed, source.split, first, end);
    }

    @Override
    public ExampleStream open(Configuration configuration) {
      return new Stream(this);
    }
  }

  private static final class Stream implements ExampleStream {
    private final Part part;
    private final DigitGenerator generator;
    private final byte[] image = new byte[SIZE * SIZE];
    private final byte[] label = new byte[1];
    private long next;

    Stream(Part part) {
      this.part = part;
      generator = new DigitGenerator(part.seed);
      next = part.first;
    }

    @Override
    public boolean next(ExampleSink sink) {
      if (next == part.end) {
        return false;
      }
      label[0] = (byte) generator.draw(part.split, next, image, 0);
      sink.bytes(0, image, 0, image.length);
      sink.bytes(1, label, 0, 1);
      next++;
      return true;
    }

    @Override
    public String position() {
      return "digit " + (next - 1) + " of " + part.set;
    }

    @Override
    public void close() {}
  }
}
