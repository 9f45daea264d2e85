package io.trireme.driver.executor;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.internal.plugin.PluginContextImpl;

/**
 * Where tasks find their executor's runtime. Spark makes plugins itself and hands out no reference
 * to them; the keys are Spark's own objects, so that applications do not meet.
 */
public final class ExecutorRuntimes {

  /** The plugin's name, under which the driver's half is addressed. */
  public static final String PLUGIN = "io.trireme.driver.spark.TriremePlugin";

  private static final Map<SparkEnv, ExecutorRuntime> RUNTIMES = new ConcurrentHashMap<>();
  private static final Map<SparkEnv, ExecutorHalf> LATE = new ConcurrentHashMap<>();

  private ExecutorRuntimes() {}

  static void add(SparkEnv env, ExecutorRuntime runtime) {
    RUNTIMES.put(env, runtime);
  }

  static void remove(SparkEnv env) {
    RUNTIMES.remove(env);
  }

  /**
   * The runtime of this task's executor. Where Spark was not told of the plugin when the executor
   * began, it is started now; it ends with the process, or by {@link #closeLate}.
   */
  static ExecutorRuntime here() {
    SparkEnv env = SparkEnv.get();
    ExecutorRuntime known = RUNTIMES.get(env);
    if (known != null) {
      return known;
    }
    LATE.computeIfAbsent(env, ExecutorRuntimes::startLate);
    ExecutorRuntime started = RUNTIMES.get(env);
    if (started == null) {
      throw new IllegalStateException("the executor's runtime has ended");
    }
    return started;
  }

  private static ExecutorHalf startLate(SparkEnv env) {
    ExecutorHalf half = new ExecutorHalf();
    half.init(
        new PluginContextImpl(
            PLUGIN,
            env.rpcEnv(),
            env.metricsSystem(),
            env.conf(),
            env.executorId(),
            new HashMap<>()),
        Map.of());
    return half;
  }

  /** Ends what was started late in this environment, which Spark does not know of. */
  public static void closeLate(SparkEnv env) {
    ExecutorHalf half = LATE.remove(env);
    if (half != null) {
      half.shutdown();
    }
  }
}
