package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ParametersEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.IntArrayQueue;

/**
 * Sends parameters to one worker: blocks in the order in which they were finished, each in as many
 * frames as it takes.
 */
final class WorkerLink implements AutoCloseable {

  private static final int NONE = -1;

  private final SecureSender sender;
  private final IntArrayQueue waiting = new IntArrayQueue(NONE);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final ParametersEncoder parameters = new ParametersEncoder();
  private int sending = NONE;
  private int sentBytes;

  WorkerLink(SecureSender sender) {
    this.sender = sender;
  }

  SecureSender sender() {
    return sender;
  }

  /** Puts a block into the queue; its bytes must stay as they are until it has been sent. */
  void enqueue(int block) {
    waiting.addInt(block);
  }

  /** Whether everything has been handed to the session. */
  boolean isDrained(long nowNs) {
    return sending == NONE && waiting.isEmpty() && sender.ready(nowNs);
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many.
   */
  int pump(HostedBlocks blocks, int generation, long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && sender.ready(nowNs)) {
      if (sending == NONE) {
        if (waiting.isEmpty()) {
          break;
        }
        sending = waiting.pollInt();
        sentBytes = 0;
      }
      sendFrame(blocks.of(sending), generation, nowNs);
      sent++;
    }
    return sent;
  }

  private void sendFrame(HostedBlock block, int generation, long nowNs) {
    int total = block.block().lengthBytes();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - sentBytes);
    MutableDirectBuffer message = sender.message();
    parameters
        .wrapAndApplyHeader(message, 0, header)
        .generation(generation)
        .step(block.ledger().step())
        .block(sending)
        .codec(Codec.NONE)
        .blockBytes(total)
        .frameOffset(sentBytes);
    message.putBytes(
        parameters.limit(), block.parameters(), block.offsetBytes() + sentBytes, length);
    sentBytes += length;
    sender.send(parameters.limit() + length, nowNs);
    if (sentBytes == total) {
      sending = NONE;
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
