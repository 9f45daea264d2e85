package io.trireme.driver.evaluate;

import io.trireme.common.config.EngineConfig;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.worker.engine.TrainableModel;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.evaluation.classification.Evaluation;

/** Evaluates a model on a prepared data set, on all executors. */
public final class Evaluator {
  /** Far beyond any evaluation that goes on; executors that are gone for good never answer. */
  private static final long DEADLINE_MINUTES = 120;

  private Evaluator() {}

  /**
   * Finds out before training whether a model of these examples can be evaluated.
   *
   * @throws PreflightException if no label is one class an example
   */
  public static void check(ExampleSchema schema) {
    if (!ClassCounts.hasLabel(schema)) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "data.test",
                  "a test set is evaluated by classes, and no label of " + schema + " is one",
                  "leave the test set out to train without an evaluation")));
    }
  }

  /**
   * Counts over every example of the set, in as many parts as there are tasks at a time.
   *
   * @param model with its trained parameters
   * @param engine what computes its outputs
   * @param data folder of the prepared set
   * @throws EvaluationException if an executor could not, or none has answered for long
   */
  public static Evaluation evaluate(
      JavaSparkContext spark, TrainableModel model, EngineConfig engine, String data, int parts)
      throws InterruptedException {
    byte[] parameters = new byte[model.parameters().capacity()];
    model.parameters().getBytes(0, parameters);
    Broadcast<byte[]> broadcast = spark.broadcast(parameters);
    try {
      List<Integer> indices = IntStream.range(0, parts).boxed().toList();
      JavaFutureAction<List<String>> counts =
          spark
              .parallelize(indices, parts)
              .map(new EvaluationTask(model.description(), data, parts, broadcast, engine))
              .collectAsync();
      return ClassCounts.sum(counts.get(DEADLINE_MINUTES, TimeUnit.MINUTES));
    } catch (ExecutionException e) {
      throw new EvaluationException("could not be evaluated on " + data + ": " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new EvaluationException(
          "was not evaluated on "
              + data
              + " in "
              + DEADLINE_MINUTES
              + " minutes; does Spark have executors?",
          e);
    } finally {
      // Its removal without waiting fails beside the end of the application.
      broadcast.unpersist(true);
    }
  }
}
