package io.trireme.driver.spark;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;

/**
 * Where the driver's own code finds what the plugin made. Spark makes plugins itself and hands out
 * no reference to them; the keys are Spark's own objects, so that applications do not meet.
 */
public final class PluginRegistry {

  private static final Map<SparkContext, ControlEndpoint> ENDPOINTS = new ConcurrentHashMap<>();

  private PluginRegistry() {}

  static void add(SparkContext context, ControlEndpoint endpoint) {
    ENDPOINTS.put(context, endpoint);
  }

  static void remove(SparkContext context) {
    ENDPOINTS.remove(context);
  }

  /** The endpoint of this application; empty if the plugin was not started there. */
  public static Optional<ControlEndpoint> find(SparkContext context) {
    return Optional.ofNullable(ENDPOINTS.get(context));
  }

  /**
   * The endpoint of this application.
   *
   * @throws IllegalStateException if the plugin was not started there
   */
  public static ControlEndpoint endpoint(SparkContext context) {
    return find(context)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Trireme's Spark plugin is not there: set spark.plugins="
                        + TriremePlugin.class.getName()
                        + " before the SparkContext is made (deploy/bin/trireme does)"));
  }
}
