package io.trireme.driver.spark;

import io.trireme.driver.executor.ExecutorHalf;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/** Trireme's plugin in a Spark application; named in {@code spark.plugins}, or started late. */
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
}
