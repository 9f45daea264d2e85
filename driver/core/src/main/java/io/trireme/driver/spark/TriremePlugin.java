package io.trireme.driver.spark;

import java.util.Map;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/** Trireme's foothold in a Spark application; named in {@code spark.plugins}. */
public final class TriremePlugin implements SparkPlugin {

  /** Made by Spark. */
  public TriremePlugin() {}

  @Override
  public DriverPlugin driverPlugin() {
    return new DriverHalf();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorHalf();
  }

  private static final class DriverHalf implements DriverPlugin {
    private final DriverEar ear = new DriverEar(SystemNanoClock.INSTANCE);
    private @Nullable SparkContext context;

    @Override
    public Map<String, String> init(SparkContext sparkContext, PluginContext plugin) {
      context = sparkContext;
      sparkContext.addSparkListener(ear);
      Footholds.add(sparkContext, ear);
      return Map.of();
    }

    @Override
    public Object receive(Object message) {
      if (message instanceof byte[] request) {
        return ear.answer(request);
      }
      throw new IllegalArgumentException("control message of type " + message.getClass().getName());
    }

    @Override
    public void shutdown() {
      SparkContext known = context;
      if (known != null) {
        Footholds.remove(known);
      }
    }
  }

  private static final class ExecutorHalf implements ExecutorPlugin {
    private @Nullable ExecutorRuntime runtime;
    private @Nullable SparkEnv env;

    @Override
    public void init(PluginContext context, Map<String, String> extraConf) {
      SparkEnv here = SparkEnv.get();
      ExecutorRuntime started = ExecutorRuntime.start(context);
      runtime = started;
      env = here;
      Footholds.add(here, started);
    }

    @Override
    public void shutdown() {
      SparkEnv here = env;
      if (here != null) {
        Footholds.remove(here);
      }
      ExecutorRuntime started = runtime;
      if (started != null) {
        started.close();
      }
    }
  }
}
