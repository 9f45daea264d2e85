package io.trireme.server.protocol;

import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Peer;

/**
 * What a server knows of the job.
 *
 * @param self which life of which server it is
 * @param plan how the vector is cut
 * @param slots what a step holds
 * @param firstStep the step that is computed with the initial parameters
 * @param lastStep the first step that is not computed
 * @param groupFrom first block group that it holds
 * @param groupTo first block group after those
 * @param clipGlobalNorm largest norm of the whole mean gradient; 0 for no clipping
 * @param timeoutNs how long a session may take nothing before the peer counts as lost
 */
public record ServerOptions(
    Peer self,
    BlockPlan plan,
    SlotPlan slots,
    long firstStep,
    long lastStep,
    int groupFrom,
    int groupTo,
    double clipGlobalNorm,
    long timeoutNs) {}
