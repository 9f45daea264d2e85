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
 *
 * <p>A worker gets parameters of a step only when it has begun the step before, which its
 * contributions show: until then it may be gathering that step from other servers.
 */
final class WorkerLink implements AutoCloseable {

  private static final int NONE = -1;
  private static final int PLAIN = -2;

  private final SecureSender sender;

  /**
   * Blocks that may be sent, each with the step of its parameters in the queue beside it. One that
   * travels as parameters, not as their change, is told by a number below {@link #PLAIN}.
   */
  private final IntArrayQueue ready = new IntArrayQueue(NONE);

  private final IntArrayQueue readySteps = new IntArrayQueue(NONE);

  /** Blocks of the step after the one that the worker is still to begin. */
  private final IntArrayQueue early = new IntArrayQueue(NONE);

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final ParametersEncoder parameters = new ParametersEncoder();

  /** The step that the worker has begun. */
  private long begun;

  private int sending = NONE;
  private boolean sendingPlain;
  private long sendingStep;
  private int sentBytes;

  /** A link to a worker that is to begin with this step. */
  WorkerLink(SecureSender sender, long firstStep) {
    this.sender = sender;
    this.begun = firstStep - 1;
  }

  SecureSender sender() {
    return sender;
  }

  /**
   * Sends a block's parameters of a step as soon as the worker may have them.
   *
   * @param plain whether the worker may not have what was before them
   */
  void offer(int block, long step, boolean plain) {
    int told = plain ? PLAIN - block : block;
    if (step > begun + 1) {
      early.addInt(told);
    } else {
      ready.addInt(told);
      readySteps.addInt(Math.toIntExact(step));
    }
  }

  /** Notes that the worker has begun a step. */
  void begun(long step) {
    if (step <= begun) {
      return;
    }
    begun = step;
    while (!early.isEmpty()) {
      ready.addInt(early.pollInt());
      readySteps.addInt(Math.toIntExact(step + 1));
    }
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many.
   */
  int pump(Replicas replicas, int generation, long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && sender.ready(nowNs)) {
      if (sending == NONE) {
        if (ready.isEmpty()) {
          break;
        }
        int told = ready.pollInt();
        sendingPlain = told <= PLAIN;
        sending = sendingPlain ? PLAIN - told : told;
        sendingStep = readySteps.pollInt();
        sentBytes = 0;
        sendingPlain |= !travelsAsChange(replicas.requireBlock(sending));
      }
      sendFrame(replicas.requireBlock(sending), generation, nowNs);
      sent++;
    }
    return sent;
  }

  /** A change waits for no worker longer than until the next step, to which each contributes. */
  private boolean travelsAsChange(ReplicaBlock block) {
    WorkersView changes = block.replica().changes();
    return changes != null
        && sendingStep == block.replica().step()
        && changes.lengthOf(block.place()) > 0;
  }

  private void sendFrame(ReplicaBlock block, int generation, long nowNs) {
    WorkersView changes = sendingPlain ? null : block.replica().changes();
    int total = changes == null ? block.block().lengthBytes() : changes.lengthOf(block.place());
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - sentBytes);
    MutableDirectBuffer message = sender.message();
    parameters
        .wrapAndApplyHeader(message, 0, header)
        .generation(generation)
        .step(sendingStep)
        .block(sending)
        .codec(changes == null ? Codec.NONE : block.changeCodec(sendingStep - 1))
        .blockBytes(total)
        .frameOffset(sentBytes)
        .scale(block.scale(sendingStep));
    if (changes == null) {
      message.putBytes(
          parameters.limit(),
          block.replica().parameters(sendingStep),
          block.offsetBytes() + sentBytes,
          length);
    } else {
      message.putBytes(parameters.limit(), changes.encoded(block.place()), sentBytes, length);
    }
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
