package io.trireme.driver.train;

import io.trireme.driver.report.RunResult;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.evaluation.classification.Evaluation;

/** Evaluates a model on a prepared data set, on all executors. */
final class Evaluator {
  private Evaluator() {}

  /** Measures over every example of the set, in as many parts as there are tasks at a time. */
  static RunResult.Evaluation evaluate(
      JavaSparkContext spark, String modelJson, byte[] parameters, String data, int parts) {
    Broadcast<byte[]> broadcast = spark.broadcast(parameters);
    try {
      List<Integer> indices = IntStream.range(0, parts).boxed().toList();
      List<long[][]> counts =
          spark
              .parallelize(indices, parts)
              .map(new EvaluationTask(modelJson, data, parts, broadcast))
              .collect();
      return measures(counts);
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
