package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.report.RunObserver;
import java.io.IOException;

/** Makes the shards of a job's data sets. */
@FunctionalInterface
public interface JobPreparer {

  /**
   * Prepares both data sets of a job, unless they are ready.
   *
   * @throws io.trireme.data.BadDataException if a source cannot be used
   * @throws IOException if a folder cannot be read or written
   */
  PreparedData prepare(JobConfig config, RunObserver observer) throws IOException;
}
