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
 * @param workers number of workers at the most
 * @param threads OpenMP threads of each worker
 * @param layout the vector, as the servers' optimizers see it
 * @param plan how it is cut
 * @param slots what steps hold; with local steps, what rounds hold
 * @param firstStep the first step to compute
 * @param lastStep the first step not to compute
 * @param clipGlobalNorm see {@link io.trireme.common.config.OptimizerConfig}
 * @param sync how workers wait for each other
 * @param compression how gradients travel
 * @param nonFinite what happens when a gradient is no number
 * @param modelJson the model's DL4J configuration
 * @param trainData folder of the prepared training set
 * @param transport how messages travel
 * @param checkpoint where checkpoints are read and written; null if neither
 */
public record JobSpec(
    String run,
    byte[] secret,
    long seed,
    int workers,
    int threads,
    Layout layout,
    BlockPlan plan,
    SlotPlan slots,
    long firstStep,
    long lastStep,
    double clipGlobalNorm,
    SyncConfig sync,
    CompressionConfig compression,
    NonFiniteConfig nonFinite,
    String modelJson,
    String trainData,
    TransportConfig transport,
    @Nullable CheckpointSpec checkpoint) {

  /** The largest norm to which the servers clip; with local steps, the workers have done so. */
  public double serverClipGlobalNorm() {
    return sync.mode() == SyncMode.LOCAL ? 0 : clipGlobalNorm;
  }
}
