package io.trireme.driver.spark;

import io.trireme.driver.executor.ExecutorRuntimes;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.internal.plugin.DriverPluginContainer;
import org.apache.spark.internal.plugin.PluginContainer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import scala.collection.JavaConverters;

/**
 * Starts the plugin in a Spark application that was made without it. The driver's half starts here,
 * each executor's half with the first of Trireme's tasks there.
 */
public final class LateStart {
  private LateStart() {}

  /**
   * Whether Spark was not told of the plugin, so that an executor has it only once a task of
   * Trireme's has run there.
   */
  public static boolean isNeeded(SparkContext spark) {
    return !spark.conf().get("spark.plugins", "").contains(TriremePlugin.class.getName());
  }

  /**
   * Makes sure that the driver's half is there. What was started late ends with the application.
   *
   * @return why it cannot be started; empty if it is there
   */
  public static synchronized Optional<String> ensure(SparkContext spark) {
    if (PluginRegistry.find(spark).isPresent()) {
      return Optional.empty();
    }
    List<SparkPlugin> plugins = List.of(new TriremePlugin());
    try {
      PluginContainer container =
          new DriverPluginContainer(
              spark, new HashMap<>(), JavaConverters.asScalaBuffer(plugins).toSeq());
      spark.addSparkListener(new Closing(container, spark.env()));
      return Optional.empty();
    } catch (RuntimeException e) {
      PluginRegistry.remove(spark);
      return Optional.of(
          "the application has other plugins ("
              + spark.conf().get("spark.plugins", "none are named")
              + "), so that Trireme's cannot be added while it runs: "
              + e.getMessage());
    }
  }

  private static final class Closing extends SparkListener {
    private final PluginContainer container;
    private final SparkEnv env;

    Closing(PluginContainer container, SparkEnv env) {
      this.container = container;
      this.env = env;
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
      // On a local master the executor's half is in this process.
      ExecutorRuntimes.closeLate(env);
      container.shutdown();
    }
  }
}
