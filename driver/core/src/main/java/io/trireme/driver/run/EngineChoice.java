package io.trireme.driver.run;

import io.trireme.common.config.EngineConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;

/**
 * What {@code engine: auto} comes to: the GPU's engine where Spark gives each task a GPU, else the
 * processor's. Decided once, on the driver and before anything else, so that all workers have one
 * kind, and checkpoints are of a job with that engine.
 */
public final class EngineChoice {
  private static final String TASK_GPUS = "spark.task.resource.gpu.amount";

  private EngineChoice() {}

  /**
   * The job with the engine that it will have.
   *
   * @param notice is told what was decided, in one line
   * @throws PreflightException if the job's math is not that engine's
   */
  public static JobConfig decide(JobConfig job, SparkConf conf, Consumer<String> notice) {
    EngineConfig engine = job.engine();
    if (!engine.isOpen()) {
      return job;
    }
    boolean given = givesGpus(conf);
    if (!given && !engine.math().equals(EngineConfig.CPU.math())) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "math",
                  "is "
                      + engine.math()
                      + ", and engine: auto came to cpu, which computes exactly, "
                      + reason(false),
                  "set " + TASK_GPUS + "=1 and what docs/gpu.md names beside it, or remove math")));
    }
    EngineConfig decided = engine.named(given ? EngineConfig.CUDA : EngineConfig.CPU.name());
    notice.accept("engine: auto came to " + decided.name() + ", " + reason(given));
    return job.with(decided);
  }

  private static String reason(boolean given) {
    return "since Spark gives "
        + (given ? "each task a GPU" : "tasks no GPU")
        + " ("
        + TASK_GPUS
        + ")";
  }

  /** Spark schedules no resources in one process. */
  private static boolean givesGpus(SparkConf conf) {
    String master = conf.get("spark.master", "");
    boolean oneProcess = master.equals("local") || master.startsWith("local[");
    return !oneProcess && conf.getDouble(TASK_GPUS, 0) > 0;
  }
}
