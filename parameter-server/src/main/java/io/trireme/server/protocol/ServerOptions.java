package io.trireme.server.protocol;

import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;

/**
 * What a server knows of the job.
 *
 * @param self which life of which server it is
 * @param plan how the vector is cut
 * @param slots what a step holds
 * @param firstStep the step that is computed with the first parameters
 * @param lastStep the first step that is not computed
 * @param staleness how many steps a worker may be ahead of the slowest slot; {@link #WHOLE_STEPS}
 *     if every step waits for every slot
 * @param clipGlobalNorm largest norm of the whole mean gradient; 0 for no clipping
 * @param compression how blocks travel
 * @param skipNonFinite whether a contribution may be no number, so that its step changes nothing
 */
public record ServerOptions(
    Peer self,
    BlockPlan plan,
    SlotPlan slots,
    long firstStep,
    long lastStep,
    long staleness,
    double clipGlobalNorm,
    CompressionPlan compression,
    boolean skipNonFinite) {

  /** Every step waits for every slot. */
  public static final long WHOLE_STEPS = -1;

  /** Whether each slot is a stream of steps of its own. */
  boolean streams() {
    return staleness != WHOLE_STEPS;
  }
}
