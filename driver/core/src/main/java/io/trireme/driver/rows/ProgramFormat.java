package io.trireme.driver.rows;

import io.trireme.data.BadDataException;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSourceProvider;
import io.trireme.data.source.SourceContents;
import io.trireme.data.source.SourceKey;
import io.trireme.data.source.SourceProblem;
import io.trireme.data.source.SourceRequest;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** The format of jobs whose examples a program hands over; a job alone has none. */
public final class ProgramFormat implements ExampleSourceProvider {

  /** What {@code data.format} calls it. */
  public static final String NAME = "program";

  private static final String MISSING =
      "the program has handed no examples over; call trainOn of Trireme's library, or name another"
          + " data.format";

  /** Found by the service loader. */
  public ProgramFormat() {}

  @Override
  public String format() {
    return NAME;
  }

  @Override
  public List<SourceKey> keys() {
    return List.of();
  }

  @Override
  public ExampleSource source(SourceRequest request) {
    return new ExampleSource() {
      @Override
      public List<SourceProblem> check(Configuration configuration) {
        return List.of(new SourceProblem("data." + request.set(), MISSING));
      }

      @Override
      public SourceContents contents(Configuration configuration) {
        throw new BadDataException("data." + request.set() + ": " + MISSING);
      }
    };
  }
}
