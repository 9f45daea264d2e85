package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.prepare.Preparation;
import io.trireme.driver.report.RunObserver;
import io.trireme.driver.report.RunResult;
import io.trireme.driver.spark.TriremePlugin;
import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Runs jobs on the cluster that the Spark configuration names, each in an application of its own.
 */
public final class SparkJobFactory implements JobFactory {

  /** Found by the service loader. */
  public SparkJobFactory() {}

  @Override
  public JobRunner runner(SparkConf conf, RunControl control) {
    return (job, observer) -> {
      try (JavaSparkContext spark = SparkStart.open(configured(conf))) {
        RunFolder folder = RunFolder.of(job, spark.hadoopConfiguration());
        return train(spark, job, folder, control, observer);
      }
    };
  }

  private static RunResult train(
      JavaSparkContext spark,
      JobConfig job,
      RunFolder folder,
      RunControl control,
      RunObserver observer) {
    try {
      return new TrainingRun(spark, job, folder, control, observer).run();
    } catch (IOException e) {
      throw new TrainingFailedException("the run's files could not be used: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingFailedException("the run was interrupted", e);
    }
  }

  @Override
  public JobPreparer preparer(SparkConf conf) {
    return (job, observer) -> {
      try (JavaSparkContext spark = SparkStart.open(configured(conf))) {
        RunFolder folder = RunFolder.of(job, spark.hadoopConfiguration());
        Path shards = TrainingRun.shardsFolder(job, folder);
        observer.phase(RunObserver.Phase.PREPARING);
        return Preparation.prepare(spark, job, shards);
      } catch (IOException e) {
        throw new TrainingFailedException("the data could not be prepared: " + e.getMessage(), e);
      }
    };
  }

  /** What every application of ours needs, on top of what the user set. */
  private static SparkConf configured(SparkConf conf) {
    SparkConf own = conf.clone();
    String plugin = TriremePlugin.class.getName();
    String plugins = own.get("spark.plugins", "");
    if (!plugins.contains(plugin)) {
      own.set("spark.plugins", plugins.isEmpty() ? plugin : plugins + "," + plugin);
    }
    // Each lost executor counts as a failure of its tasks; what else fails a worker ends the run.
    own.setIfMissing("spark.task.maxFailures", "1000");
    own.set("spark.stage.maxConsecutiveAttempts", "1");
    return own;
  }
}
