package io.trireme.driver.executor;

import io.trireme.common.config.EngineConfig;
import io.trireme.worker.engine.EngineSettings;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** Which of an executor's devices a task computes on. */
public final class Devices {
  private static final String RESOURCE = "gpu";

  private final Set<Integer> taken = new HashSet<>();

  /** A device that a worker has for itself until it is closed. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * The engine's settings for the calling task: on the device that Spark gave it, or on the first
   * where Spark schedules none.
   *
   * @throws IllegalStateException if Spark gave something that is no device's number
   */
  public static EngineSettings settings(EngineConfig engine) {
    return new EngineSettings(engine.math(), engine.onDevice() ? device() : 0);
  }

  private static int device() {
    TaskContext task = TaskContext.get();
    Map<String, ResourceInformation> given = task == null ? Map.of() : task.resourcesJMap();
    ResourceInformation gpu = given.get(RESOURCE);
    if (gpu == null || gpu.addresses().length == 0) {
      return 0;
    }
    String address = gpu.addresses()[0];
    try {
      return Integer.parseInt(address);
    } catch (NumberFormatException e) {
      throw new IllegalStateException(
          "Spark gave this task the GPU "
              + address
              + ", expected its number; the discovery script of"
              + " spark.executor.resource.gpu.discoveryScript must print numbers",
          e);
    }
  }

  /**
   * Takes a device for one worker.
   *
   * @throws IllegalStateException if another worker of this executor has it
   */
  synchronized Claim claim(EngineConfig engine, int device) {
    if (!engine.onDevice()) {
      return () -> {};
    }
    if (!taken.add(device)) {
      throw new IllegalStateException(
          "two workers of one executor would share GPU "
              + device
              + "; give each its own by spark.task.resource.gpu.amount=1,"
              + " spark.executor.resource.gpu.amount and"
              + " spark.executor.resource.gpu.discoveryScript, or let executors run one task each");
    }
    return () -> release(device);
  }

  private synchronized void release(int device) {
    taken.remove(device);
  }
}
