package io.trireme.worker.protocol;

import io.trireme.common.slots.TreeNode;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/**
 * What an encoder remembers between steps, in place: a checkpoint copies these bytes after a step
 * and before the next, and a worker that resumes with the same node copies them back.
 *
 * @param block index of the block
 * @param node whose gradients are encoded
 * @param state the encoder's buffers, always in the same order; the residual first
 */
public record Residual(int block, TreeNode node, List<MutableDirectBuffer> state) {}
