package io.trireme.driver.api;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.JobFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Training in a Spark application that is there already.
 *
 * <pre>{@code
 * SparkSession spark = SparkSession.builder().master("local[2]").getOrCreate();
 * JobBuilder job =
 *     JobBuilder.named("digits")
 *         .set("model.zoo", "mlp")
 *         .set("data.format", "digits")
 *         .set("data.train.examples", 12_000)
 *         .set("data.test.examples", 2_000)
 *         .set("batch.size", 128)
 *         .set("batch.slots", 2)
 *         .set("optimizer.adam.learningRate", 0.001)
 *         .workers(2);
 * TrainedModel trained = Trireme.on(spark).job(job).train();
 * trained.evaluation().ifPresent(measured -> System.out.println(measured.accuracy()));
 * }</pre>
 *
 * <p>The application need not have been made for Trireme: its plugin is started when it is missing.
 * What cannot be had later, such as the number of native threads of a process, is told before the
 * first step, each lack with what to do about it.
 */
public final class Trireme {
  private final JavaSparkContext spark;

  private Trireme(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** Trains in this application, which stays the caller's. */
  public static Trireme on(SparkSession spark) {
    return on(JavaSparkContext.fromSparkContext(spark.sparkContext()));
  }

  /** Trains in this application, which stays the caller's. */
  public static Trireme on(JavaSparkContext spark) {
    return new Trireme(Objects.requireNonNull(spark, "spark"));
  }

  /**
   * The job of a job file; {@code ${NAME}} in it stands for the process's environment.
   *
   * @param overrides as the command line's {@code --set}, such as {@code batch.size=64}
   * @throws io.trireme.driver.jobfile.BadJobFile with every mistake of the file and the overrides
   */
  public Training job(Path file, String... overrides) {
    return job(JobFile.load(file, Arrays.asList(overrides), System.getenv()));
  }

  /**
   * A job that was put together in Java.
   *
   * @throws io.trireme.driver.jobfile.BadJobFile with every mistake of the job
   */
  public Training job(JobBuilder job) {
    return job(job.build());
  }

  /**
   * A job that was read or built already.
   *
   * @throws io.trireme.driver.api.result.PreflightException if its engine is {@code auto}, and its
   *     math is not that of the engine that this application has for it
   */
  public Training job(JobConfig job) {
    return new Training(spark, Objects.requireNonNull(job, "job"));
  }
}
