package io.trireme.examples;

import io.trireme.driver.api.JobBuilder;
import io.trireme.driver.api.TrainedModel;
import io.trireme.driver.api.Trireme;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/**
 * Trains a small network on generated digits in a Spark session of its own. Start it with {@code
 * OMP_NUM_THREADS=1} in the environment; the first argument is the folder for the results.
 */
public final class TrainDigits {
  private TrainDigits() {}

  /** Runs the example. */
  public static void main(String[] args) {
    String output = args.length == 0 ? "runs" : args[0];
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("train digits")
            .config("spark.ui.enabled", "false")
            .getOrCreate();
    try {
      JobBuilder job =
          JobBuilder.named("example-digits")
              .set("model.zoo", "mlp")
              .set("data.format", "digits")
              .set("data.train.examples", 2_000)
              .set("data.test.examples", 500)
              .set("batch.size", 50)
              .set("batch.slots", 2)
              .set("epochs", 3)
              .set("optimizer.adam.learningRate", 0.001)
              .workers(2)
              .set("output.dir", output);
      TrainedModel trained =
          Trireme.on(spark)
              .job(job)
              .overwrite()
              .listener(
                  new TrainingListener() {
                    @Override
                    public void progress(Progress at) {
                      System.out.printf(Locale.ROOT, "step %d: loss %.3f%n", at.step(), at.loss());
                    }
                  })
              .train();
      System.out.printf(Locale.ROOT,
          "trained %d parameters (%s), accuracy %.3f%n",
          trained.result().parameters(),
          trained.result().paramsSha256(),
          trained.evaluation().map(measured -> measured.accuracy()).orElse(Double.NaN));
    } finally {
      spark.stop();
    }
  }
}
