package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.data.BadDataException;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.prepare.Preparation;
import io.trireme.driver.prepare.PreparedData;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a run is made from.
 *
 * @param job the job
 * @param model the model to begin with
 * @param data the examples
 */
public record RunInputs(JobConfig job, InitialModel model, DataInput data) {

  /** Where a run's examples come from. */
  @FunctionalInterface
  public interface DataInput {

    /** The sources that the job names. */
    DataInput OF_JOB =
        (spark, job, folder) -> Preparation.prepare(spark, job, shardsFolder(job, folder));

    /** Makes the shards, unless they are ready. */
    PreparedData prepare(JavaSparkContext spark, JobConfig job, RunFolder folder)
        throws IOException;
  }

  /**
   * Makes the shards, unless they are ready.
   *
   * @throws io.trireme.data.BadDataException if a source cannot be used
   * @throws PreflightException if something else is in the way: a folder that cannot be written, a
   *     source that cannot be reached
   */
  public PreparedData prepare(JavaSparkContext spark, RunFolder folder) {
    try {
      return data.prepare(spark, job, folder);
    } catch (Exception e) {
      // Scala throws checked exceptions unannounced.
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (e instanceof RuntimeException told && Failures.meant(e).isPresent()) {
        throw told;
      }
      PreflightException refused =
          new PreflightException(
              List.of(
                  new Finding(
                      "data",
                      "could not be prepared in "
                          + shardsFolder(job, folder)
                          + ": "
                          + BadDataException.reason(Failures.root(e)),
                      "correct what it complains of, or set data.shards to another folder")));
      refused.initCause(e);
      throw refused;
    }
  }

  /** All that a job file says. */
  public static RunInputs of(JobConfig job) {
    return new RunInputs(job, InitialModel.OF_JOB, DataInput.OF_JOB);
  }

  /** Where prepared data lies, unless the job says otherwise. */
  public static Path shardsFolder(JobConfig job, RunFolder folder) {
    String shards = job.data().shards();
    return shards == null
        ? new Path(folder.path().getParent(), JobConfig.DATA_FOLDER)
        : new Path(shards);
  }
}
