package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import java.util.List;
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
  private final Payload payload = new Payload();
  private int next = -1;
  private boolean open;

  /** A link to the server that holds these blocks, in ascending order. */
  ServerLink(SecureSender sender, List<Block> blocks) {
    this.sender = sender;
    this.blocks = blocks;
  }

  SecureSender sender() {
    return sender;
  }

  /** Begins with the blocks of another contribution. */
  void begin() {
    next = blocks.size() - 1;
    open = false;
  }

  /** Whether everything has been handed to the session. */
  boolean isDrained(long nowNs) {
    return next < 0 && sender.ready(nowNs);
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many. A block is encoded when its first frame is to leave.
   */
  int pump(Outgoing outgoing, long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && next >= 0 && sender.ready(nowNs)) {
      Block block = blocks.get(next);
      if (!open) {
        outgoing.fill(payload, block);
        open = true;
      }
      sendFrame(block, outgoing, nowNs);
      sent++;
    }
    return sent;
  }

  private void sendFrame(Block block, Outgoing outgoing, long nowNs) {
    MutableDirectBuffer message = sender.message();
    contribution
        .wrapAndApplyHeader(message, 0, header)
        .generation(outgoing.generation())
        .step(outgoing.step())
        .block(block.index())
        .slotFrom(outgoing.node().lo())
        .slotTo(outgoing.node().hi())
        .codec(payload.codec())
        .blockBytes(payload.length())
        .frameOffset(payload.sent());
    int at = contribution.limit();
    int length = payload.writeNext(message, at, Frames.MAX_PAYLOAD_BYTES);
    sender.send(at + length, nowNs);
    if (payload.isSent()) {
      open = false;
      next--;
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
