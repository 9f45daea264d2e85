package io.trireme.deploy.jobs;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs as many tasks as its argument says, lets each sum 100 ones with ND4J, and prints a line for
 * each: {@code task EXECUTOR PID OMP_NUM_THREADS SUM}.
 */
public final class WhereTasksRan {
  private WhereTasksRan() {}

  /** Runs the job; the argument is the number of tasks. */
  public static void main(String[] arguments) {
    int tasks = Integer.parseInt(arguments[0]);
    SparkConf conf = new SparkConf().setAppName("where-tasks-ran");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
      spark
          .parallelize(numbers, tasks)
          .map(WhereTasksRan::describe)
          .collect()
          .forEach(System.out::println);
    }
  }

  private static String describe(int ignored) {
    return "task %s %d %s %d"
        .formatted(
            SparkEnv.get().executorId(),
            ProcessHandle.current().pid(),
            System.getenv("OMP_NUM_THREADS"),
            Nd4j.ones(100).sumNumber().intValue());
  }
}
