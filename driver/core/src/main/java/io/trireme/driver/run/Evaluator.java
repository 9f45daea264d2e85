package io.trireme.driver.run;

import io.trireme.driver.api.result.TrainingFailedException;

import io.trireme.driver.api.result.RunResult;
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
final class Evaluator {
  /** Far beyond any evaluation that goes on; executors that are gone for good never answer. */
  private static final long DEADLINE_MINUTES = 120;

  private Evaluator() {}

  /**
   * Measures over every example of the set, in as many parts as there are tasks at a time.
   *
   * @throws TrainingFailedException if an executor could not, or nobody has answered for long
   */
  static RunResult.Evaluation evaluate(
      JavaSparkContext spark, String modelJson, byte[] parameters, String data, int parts)
      throws InterruptedException {
    Broadcast<byte[]> broadcast = spark.broadcast(parameters);
    try {
      List<Integer> indices = IntStream.range(0, parts).boxed().toList();
      JavaFutureAction<List<long[][]>> counts =
          spark
              .parallelize(indices, parts)
              .map(new EvaluationTask(modelJson, data, parts, broadcast))
              .collectAsync();
      return measures(counts.get(DEADLINE_MINUTES, TimeUnit.MINUTES));
    } catch (ExecutionException e) {
      throw new TrainingFailedException(
          "the trained model was saved, but could not be evaluated on "
              + data
              + ": "
              + e.getCause(),
          e);
    } catch (TimeoutException e) {
      throw new TrainingFailedException(
          "the trained model was saved, but its evaluation on "
              + data
              + " did not end in "
              + DEADLINE_MINUTES
              + " minutes; does Spark have executors?",
          e);
    } finally {
      broadcast.destroy();
    }
  }

  private static RunResult.Evaluation measures(List<long[][]> counts) {
    int classes = counts.get(0).length;
    Evaluation evaluation = new Evaluation(classes);
    for (int actual = 0; actual < classes; actual++) {
      for (int told = 0; told < classes; told++) {
        long examples = 0;
        for (long[][] part : counts) {
          examples += part[actual][told];
        }
        for (long i = 0; i < examples; i++) {
          evaluation.eval(told, actual);
        }
      }
    }
    return new RunResult.Evaluation(
        evaluation.accuracy(), evaluation.precision(), evaluation.recall(), evaluation.f1());
  }
}
