package io.trireme.driver.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;

/**
 * How tasks and the driver's own code find what the plugin made. Spark makes plugins itself and
 * hands nobody a reference, so this is the one registry of the process; its keys are Spark's own
 * objects, so that applications do not meet.
 */
public final class Footholds {

  private static final Map<SparkContext, DriverEar> EARS = new ConcurrentHashMap<>();
  private static final Map<SparkEnv, ExecutorRuntime> RUNTIMES = new ConcurrentHashMap<>();
  private static final String MISSING =
      "Trireme's Spark plugin is not there: set spark.plugins="
          + TriremePlugin.class.getName()
          + " before the SparkContext is made (deploy/bin/trireme does)";

  private Footholds() {}

  static void add(SparkContext context, DriverEar ear) {
    EARS.put(context, ear);
  }

  static void remove(SparkContext context) {
    EARS.remove(context);
  }

  static void add(SparkEnv env, ExecutorRuntime runtime) {
    RUNTIMES.put(env, runtime);
  }

  static void remove(SparkEnv env) {
    RUNTIMES.remove(env);
  }

  /**
   * The driver's half of the plugin of this application.
   *
   * @throws IllegalStateException if the plugin is not configured
   */
  public static DriverEar ear(SparkContext context) {
    DriverEar ear = EARS.get(context);
    if (ear == null) {
      throw new IllegalStateException(MISSING);
    }
    return ear;
  }

  static ExecutorRuntime runtime() {
    ExecutorRuntime runtime = RUNTIMES.get(SparkEnv.get());
    if (runtime == null) {
      throw new IllegalStateException(MISSING);
    }
    return runtime;
  }
}
