package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Sends contributions to one server: the blocks that it holds, last ones first, as the backward
 * pass finishes them.
 */
final class ServerLink implements AutoCloseable {

  private final SecureSender sender;
  private final List<Block> blocks;
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final ContributionEncoder contribution = new ContributionEncoder();
  private int next = -1;
  private int sentBytes;

  /** A link to the server that holds these blocks, in ascending order. */
  ServerLink(SecureSender sender, List<Block> blocks) {
    this.sender = sender;
    this.blocks = blocks;
  }

  SecureSender sender() {
    return sender;
  }

  List<Block> blocks() {
    return blocks;
  }

  /** Begins with the blocks of another contribution. */
  void begin() {
    next = blocks.size() - 1;
    sentBytes = 0;
  }

  /** Whether everything has been handed to the session. */
  boolean isDrained(long nowNs) {
    return next < 0 && sender.ready(nowNs);
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many.
   */
  int pump(int generation, long step, TreeNode node, DirectBuffer gradient, long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && next >= 0 && sender.ready(nowNs)) {
      sendFrame(blocks.get(next), generation, step, node, gradient, nowNs);
      sent++;
    }
    return sent;
  }

  private void sendFrame(
      Block block, int generation, long step, TreeNode node, DirectBuffer gradient, long nowNs) {
    int total = block.lengthBytes();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - sentBytes);
    MutableDirectBuffer message = sender.message();
    contribution
        .wrapAndApplyHeader(message, 0, header)
        .generation(generation)
        .step(step)
        .block(block.index())
        .slotFrom(node.lo())
        .slotTo(node.hi())
        .codec(Codec.NONE)
        .blockBytes(total)
        .frameOffset(sentBytes);
    int from = Math.toIntExact(block.offset() * Float.BYTES) + sentBytes;
    message.putBytes(contribution.limit(), gradient, from, length);
    sender.send(contribution.limit() + length, nowNs);
    sentBytes += length;
    if (sentBytes == total) {
      sentBytes = 0;
      next--;
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
