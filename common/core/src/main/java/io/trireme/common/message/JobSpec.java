package io.trireme.common.message;

import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.NonFiniteConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.SyncMode;
import io.trireme.common.config.TransportConfig;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.slots.SlotPlan;
import org.jspecify.annotations.Nullable;

/**
 * All that an executor needs to know of a run; fetched once.
 *
 * @param run id of the run
 * @param secret the run's key, see {@link io.trireme.common.wire.JobKey}
 * @param seed the job's seed
 * @param vector the parameters
 * @param schedule which examples a step holds, and which steps are computed
 * @param update how gradients become updates
 * @param computation what workers compute
 * @param transport how messages travel
 * @param checkpoint where checkpoints are read and written; null if neither
 */
public record JobSpec(
    String run,
    byte[] secret,
    long seed,
    Vector vector,
    Schedule schedule,
    Update update,
    Computation computation,
    TransportConfig transport,
    @Nullable CheckpointSpec checkpoint) {

  /**
   * The flat vector of parameters.
   *
   * @param layout the vector, as the servers' optimizers see it
   * @param plan how it is cut
   * @param servers how many servers share it
   */
  public record Vector(Layout layout, BlockPlan plan, int servers) {}

  /**
   * The order of the work.
   *
   * @param slots what steps hold; with local steps, what rounds hold
   * @param steps the steps to compute
   */
  public record Schedule(SlotPlan slots, StepRange steps) {}

  /**
   * How gradients travel and become updates.
   *
   * @param clipGlobalNorm see {@link io.trireme.common.config.OptimizerConfig}
   * @param sync how workers wait for each other
   * @param compression how gradients travel
   * @param nonFinite what happens when a gradient is no number
   */
  public record Update(
      double clipGlobalNorm,
      SyncConfig sync,
      CompressionConfig compression,
      NonFiniteConfig nonFinite) {}

  /**
   * What workers compute, and with what.
   *
   * @param workers number of workers at the most
   * @param threads OpenMP threads of each worker
   * @param modelJson the model's DL4J configuration
   * @param trainData folder of the prepared training set
   */
  public record Computation(int workers, int threads, String modelJson, String trainData) {}

  /** The vector, as the servers' optimizers see it. */
  public Layout layout() {
    return vector.layout();
  }

  /** How the vector is cut. */
  public BlockPlan plan() {
    return vector.plan();
  }

  /** Members at the most: workers and servers. */
  public int members() {
    return computation.workers() + vector.servers();
  }

  /** What steps hold; with local steps, what rounds hold. */
  public SlotPlan slots() {
    return schedule.slots();
  }

  /** The first step to compute. */
  public long firstStep() {
    return schedule.steps().first();
  }

  /** The first step not to compute. */
  public long lastStep() {
    return schedule.steps().last();
  }

  /** How workers wait for each other. */
  public SyncConfig sync() {
    return update.sync();
  }

  /** How gradients travel. */
  public CompressionConfig compression() {
    return update.compression();
  }

  /** The largest norm to which the servers clip; with local steps, the workers have done so. */
  public double serverClipGlobalNorm() {
    return update.sync().mode() == SyncMode.LOCAL ? 0 : update.clipGlobalNorm();
  }
}
