package io.trireme.worker.protocol;

import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.wire.Peer;

/**
 * What a worker knows of the job.
 *
 * @param self which life of which worker it is
 * @param plan how the vector is cut
 * @param tree how slots are added
 * @param firstStep the step that is computed with the initial parameters
 * @param timeoutNs how long a session may take nothing before the peer counts as lost
 */
public record WorkerOptions(
    Peer self, BlockPlan plan, ReductionTree tree, long firstStep, long timeoutNs) {}
