package io.trireme.driver.executor;

import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;

/**
 * A task that starts Trireme's part of its executor where Spark has not, and names the executor.
 */
public final class RuntimeStart implements Function<Integer, String> {

  private static final long serialVersionUID = 1L;

  /** A task for any executor. */
  public RuntimeStart() {}

  @Override
  public String call(Integer task) {
    ExecutorRuntime unused = ExecutorRuntimes.here();
    return SparkEnv.get().executorId();
  }
}
