package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.JobFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that reads a job file takes. */
final class JobOptions {
  /** The option that shows where errors come from. */
  static final String VERBOSE = "--verbose";

  private static final String DEFAULT_MASTER = "local[2]";

  @Parameters(
      paramLabel = "JOB.yaml",
      description = "The job file; conf/reference.yaml describes every key.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "Override a key of the job file, such as --set batch.size=64.",
        "The last one wins; an empty value brings the key's default back."
      })
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = "Spark's master; by default spark.master, or else " + DEFAULT_MASTER + ".")
  private @Nullable String master;

  // Read by Main, which reports the errors.
  @Option(names = VERBOSE, description = "Show stack traces of errors.")
  private boolean verbose;

  /** The validated job, with where its values come from. */
  JobFile.Loaded job(Map<String, String> env) {
    return JobFile.loadWithOrigins(file, sets, env);
  }

  /**
   * Spark's configuration: spark.* system properties, then the command line.
   *
   * @throws io.trireme.driver.jobfile.BadJobFile if the master is none
   */
  SparkConf spark(JobConfig job) {
    SparkConf conf = new SparkConf();
    if (master != null) {
      conf.setMaster(master);
    }
    conf.setIfMissing("spark.master", DEFAULT_MASTER);
    Masters.check(master == null ? "spark.master" : "--master", conf.get("spark.master"));
    return conf.setAppName("trireme " + job.job());
  }
}
