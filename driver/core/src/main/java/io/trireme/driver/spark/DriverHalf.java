package io.trireme.driver.spark;

import java.util.Map;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.jspecify.annotations.Nullable;

/** The driver's half of the plugin: owns the application's control endpoint. */
final class DriverHalf implements DriverPlugin {
  private final ControlEndpoint endpoint = new ControlEndpoint(SystemNanoClock.INSTANCE);
  private @Nullable SparkContext context;

  @Override
  public Map<String, String> init(SparkContext sparkContext, PluginContext plugin) {
    context = sparkContext;
    sparkContext.addSparkListener(endpoint);
    PluginRegistry.add(sparkContext, endpoint);
    return Map.of();
  }

  @Override
  public Object receive(Object message) {
    if (message instanceof byte[] request) {
      return endpoint.answer(request);
    }
    throw new IllegalArgumentException("control message of type " + message.getClass().getName());
  }

  @Override
  public void shutdown() {
    SparkContext known = context;
    if (known != null) {
      PluginRegistry.remove(known);
    }
  }
}
