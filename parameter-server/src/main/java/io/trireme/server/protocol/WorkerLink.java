package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ParametersEncoder;
import java.util.ArrayDeque;
import org.agrona.MutableDirectBuffer;

/**
 * Sends parameters to one worker: blocks in the order in which they were finished, each in as many
 * frames as it takes.
 *
 * <p>A worker gets parameters of a step only when it has begun the step before, which its
 * contributions show: until then it may be gathering that step from other servers.
 */
final class WorkerLink implements AutoCloseable {

  /** One block's parameters of one step that are to be sent; used again and again. */
  private static final class Offer {
    private ReplicaBlock block;
    private long step;

    /** Whether they travel as they are, since the worker may not have those before them. */
    private boolean plain;

    private int totalBytes;
    private int sentBytes;

    Offer(ReplicaBlock block) {
      this.block = block;
    }

    void set(ReplicaBlock offered, long ofStep, boolean asParameters) {
      block = offered;
      step = ofStep;
      plain = asParameters;
      sentBytes = 0;
    }

    /**
     * Chooses how they travel. The newest delta stays as it is until the next step, to which each
     * worker contributes once it has all of this one.
     */
    void begin() {
      int deltaBytes = plain ? 0 : block.replica().state().deltaBytes(block.place(), step);
      plain = deltaBytes == 0;
      totalBytes = plain ? block.lengthBytes() : deltaBytes;
    }
  }

  private final SecureSender sender;
  private final int generation;

  /** What may be sent. */
  private final ArrayDeque<Offer> ready = new ArrayDeque<>();

  /** What is of the step after the one that the worker is still to begin. */
  private final ArrayDeque<Offer> early = new ArrayDeque<>();

  private final ArrayDeque<Offer> unused = new ArrayDeque<>();
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final ParametersEncoder parameters = new ParametersEncoder();

  /** The step that the worker has begun. */
  private long begun;

  /** A link to a worker that is to begin with this step. */
  WorkerLink(SecureSender sender, int generation, long firstStep) {
    this.sender = sender;
    this.generation = generation;
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
  void offer(ReplicaBlock block, long step, boolean plain) {
    Offer offer = unused.isEmpty() ? new Offer(block) : unused.remove();
    offer.set(block, step, plain);
    if (step > begun + 1) {
      early.add(offer);
    } else {
      ready.add(offer);
    }
  }

  /** Notes that the worker has begun a step. */
  void begun(long step) {
    if (step <= begun) {
      return;
    }
    begun = step;
    while (!early.isEmpty()) {
      ready.add(early.remove());
    }
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many.
   */
  int pump(long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && sender.ready(nowNs) && !ready.isEmpty()) {
      Offer offer = ready.element();
      if (offer.sentBytes == 0) {
        offer.begin();
      }
      sendFrame(offer, nowNs);
      if (offer.sentBytes == offer.totalBytes) {
        unused.add(ready.remove());
      }
      sent++;
    }
    return sent;
  }

  private void sendFrame(Offer offer, long nowNs) {
    ReplicaBlock block = offer.block;
    GroupState state = block.replica().state();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, offer.totalBytes - offer.sentBytes);
    MutableDirectBuffer message = sender.message();
    parameters
        .wrapAndApplyHeader(message, 0, header)
        .generation(generation)
        .step(offer.step)
        .block(block.index())
        .codec(offer.plain ? Codec.NONE : block.intake().deltaCodec(offer.step - 1))
        .blockBytes(offer.totalBytes)
        .frameOffset(offer.sentBytes)
        .scale(block.scale(offer.step));
    if (offer.plain) {
      message.putBytes(
          parameters.limit(),
          state.parameters(offer.step),
          block.offsetBytes() + offer.sentBytes,
          length);
    } else {
      message.putBytes(parameters.limit(), state.delta(block.place()), offer.sentBytes, length);
    }
    sender.send(parameters.limit() + length, nowNs);
    offer.sentBytes += length;
  }

  @Override
  public void close() {
    sender.close();
  }
}
