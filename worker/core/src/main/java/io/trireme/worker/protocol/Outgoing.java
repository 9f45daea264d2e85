package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.TreeNode;
import org.agrona.DirectBuffer;

/**
 * The contribution that is being sent.
 *
 * @param generation in which it was computed
 * @param gradient the whole vector
 * @param bad index of a float of the vector that is no number; -1 if all are
 */
record Outgoing(
    int generation,
    long step,
    TreeNode node,
    DirectBuffer gradient,
    long bad,
    GradientEncoders encoders) {

  /** Sets the payload to a block of it, as it travels. */
  void fill(Payload payload, Block block) {
    if (encoders.isCounted(block, node, step)) {
      payload.counted();
    } else if (bad < 0) {
      encoders.fill(payload, block, node, step, gradient);
    } else {
      boolean inside = bad >= block.offset() && bad < block.end();
      payload.none(inside ? (int) (bad - block.offset()) : -1);
    }
  }
}
