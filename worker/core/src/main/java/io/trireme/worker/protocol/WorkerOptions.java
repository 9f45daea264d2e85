package io.trireme.worker.protocol;

import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;

/**
 * What a worker knows of the job.
 *
 * @param self which life of which worker it is
 * @param plan how the vector is cut
 * @param tree how slots are added
 * @param lastStep the first step that is not computed
 * @param streams whether each slot is a stream of steps of its own, sent by itself, since workers
 *     do not wait for each other's steps
 * @param compression how blocks travel
 * @param skipNonFinite whether a step with a gradient that is no number counts for no worker; else
 *     it ends the worker
 */
public record WorkerOptions(
    Peer self,
    BlockPlan plan,
    ReductionTree tree,
    long lastStep,
    boolean streams,
    CompressionPlan compression,
    boolean skipNonFinite) {}
