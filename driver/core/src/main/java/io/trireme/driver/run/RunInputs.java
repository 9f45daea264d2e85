package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.prepare.Preparation;
import io.trireme.driver.prepare.PreparedData;
import java.io.IOException;
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

  /** All that a job file says. */
  public static RunInputs of(JobConfig job) {
    return new RunInputs(job, InitialModel.OF_JOB, DataInput.OF_JOB);
  }

  /** Where prepared data lies, unless the job says otherwise. */
  public static Path shardsFolder(JobConfig job, RunFolder folder) {
    String shards = job.data().shards();
    return shards == null ? new Path(folder.path().getParent(), "data") : new Path(shards);
  }
}
