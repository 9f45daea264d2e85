package io.trireme.driver.executor;

import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.jspecify.annotations.Nullable;

/** The executor's half of the plugin: owns the executor's runtime. */
public final class ExecutorHalf implements ExecutorPlugin {
  private @Nullable ExecutorRuntime runtime;
  private @Nullable SparkEnv env;

  /** A half that has not started. */
  public ExecutorHalf() {}

  @Override
  public void init(PluginContext context, Map<String, String> extraConf) {
    SparkEnv here = SparkEnv.get();
    JvmSetup.ensure();
    ExecutorRuntime started = ExecutorRuntime.start(context);
    runtime = started;
    env = here;
    ExecutorRuntimes.add(here, started);
  }

  @Override
  public void shutdown() {
    SparkEnv here = env;
    if (here != null) {
      ExecutorRuntimes.remove(here);
    }
    ExecutorRuntime started = runtime;
    if (started != null) {
      started.close();
    }
  }
}
