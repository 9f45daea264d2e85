package io.trireme.driver.prepare;

import io.trireme.common.config.DataConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSourceProvider;
import io.trireme.data.source.ExampleSources;
import io.trireme.data.source.SourceRequest;
import java.util.List;

/**
 * Where a set comes from.
 *
 * @param set name of the set
 * @param source its examples
 */
public record SetSource(String set, ExampleSource source) {
  /** Name of the training set. */
  public static final String TRAIN = "train";

  /** Name of the test set. */
  public static final String TEST = "test";

  /**
   * The sets of a job, the training set first, and the test set if there is one. Opens nothing.
   *
   * @throws io.trireme.data.BadDataException if the format is unknown or an option is wrong
   */
  public static List<SetSource> of(JobConfig job) {
    DataConfig data = job.data();
    ExampleSourceProvider format = ExampleSources.of(data.format());
    SetSource train =
        new SetSource(TRAIN, format.source(new SourceRequest(TRAIN, 0, job.seed(), data.train())));
    return data.test().isEmpty()
        ? List.of(train)
        : List.of(
            train,
            new SetSource(
                TEST, format.source(new SourceRequest(TEST, 1, job.seed(), data.test()))));
  }
}
