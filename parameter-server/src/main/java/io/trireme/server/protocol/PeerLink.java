package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.sbe.HeldEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import io.trireme.common.wire.sbe.StateEncoder;
import java.util.ArrayDeque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.IntArrayQueue;

/**
 * Sends to one other server: what it waits for first, which are answers and shares of the norm;
 * then mean gradients; then the state of groups of which it is to become a backup, one at a time.
 */
final class PeerLink implements AutoCloseable {

  /** Is told what has left. */
  interface Sent {
    /** A group's mean gradient has been handed to the session. */
    void gradientSent(Replica replica);

    /** A group's state begins to leave, and must stay as it is. */
    void stateLeaves(Replica replica);

    /** A group's state has been handed to the session. */
    void stateSent(Replica replica);
  }

  private record Share(int block, long step, double sumOfSquares) {}

  private static final int NONE = -1;

  private final SecureSender sender;
  private final int generation;
  private final Sent listener;
  private final IntArrayQueue held = new IntArrayQueue(NONE);
  private final IntArrayQueue heldSteps = new IntArrayQueue(NONE);
  private final ArrayDeque<Share> shares = new ArrayDeque<>();
  private final IntArrayQueue gradients = new IntArrayQueue(NONE);
  private final IntArrayQueue states = new IntArrayQueue(NONE);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final HeldEncoder heldEncoder = new HeldEncoder();
  private final NormShareEncoder shareEncoder = new NormShareEncoder();
  private final ReducedEncoder reducedEncoder = new ReducedEncoder();
  private final StateEncoder stateEncoder = new StateEncoder();

  private int gradient = NONE;
  private int gradientBlock;
  private int gradientBytes;
  private int state = NONE;
  private int statePart;
  private int stateBytes;
  private List<MutableDirectBuffer> stateParts = List.of();

  PeerLink(SecureSender sender, int generation, Sent listener) {
    this.sender = sender;
    this.generation = generation;
    this.listener = listener;
  }

  SecureSender sender() {
    return sender;
  }

  /** Answers that a group's gradient of a step is held here. */
  void held(int group, long step) {
    held.addInt(group);
    heldSteps.addInt(Math.toIntExact(step));
  }

  /** Sends a block's share of the norm of a step. */
  void share(int block, long step, double sumOfSquares) {
    shares.add(new Share(block, step, sumOfSquares));
  }

  /** Sends a group's mean gradient, which must stay as it is until it has been sent. */
  void copy(int group) {
    gradients.addInt(group);
  }

  /** Sends a group's state. */
  void bringUp(int group) {
    states.addInt(group);
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many.
   */
  int pump(Replicas replicas, long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && sender.ready(nowNs) && sendNext(replicas, nowNs)) {
      sent++;
    }
    return sent;
  }

  private boolean sendNext(Replicas replicas, long nowNs) {
    if (!held.isEmpty()) {
      heldEncoder
          .wrapAndApplyHeader(sender.message(), 0, header)
          .generation(generation)
          .step(heldSteps.pollInt())
          .group(held.pollInt());
      sender.send(heldEncoder.limit(), nowNs);
      return true;
    }
    if (!shares.isEmpty()) {
      Share share = shares.remove();
      shareEncoder
          .wrapAndApplyHeader(sender.message(), 0, header)
          .generation(generation)
          .step(share.step())
          .block(share.block())
          .sumOfSquares(share.sumOfSquares());
      sender.send(shareEncoder.limit(), nowNs);
      return true;
    }
    if (gradient != NONE || !gradients.isEmpty()) {
      sendGradient(replicas, nowNs);
      return true;
    }
    if (state != NONE || !states.isEmpty()) {
      sendState(replicas, nowNs);
      return true;
    }
    return false;
  }

  private void sendGradient(Replicas replicas, long nowNs) {
    if (gradient == NONE) {
      gradient = gradients.pollInt();
      gradientBlock = 0;
      gradientBytes = 0;
    }
    Replica replica = replicas.require(gradient);
    ReplicaBlock block = replica.blocks().get(gradientBlock);
    int total = block.block().lengthBytes();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - gradientBytes);
    MutableDirectBuffer message = sender.message();
    reducedEncoder
        .wrapAndApplyHeader(message, 0, header)
        .generation(generation)
        .step(replica.step())
        .block(block.block().index())
        .sumOfSquares(block.share())
        .scale(replica.scale())
        .frameOffset(gradientBytes)
        .codecScale(block.nextScale());
    message.putBytes(
        reducedEncoder.limit(),
        replica.updater().gradient(),
        block.offsetBytes() + gradientBytes,
        length);
    sender.send(reducedEncoder.limit() + length, nowNs);
    gradientBytes += length;
    if (gradientBytes == total) {
      gradientBytes = 0;
      gradientBlock++;
    }
    if (gradientBlock == replica.blocks().size()) {
      gradient = NONE;
      listener.gradientSent(replica);
    }
  }

  private void sendState(Replicas replicas, long nowNs) {
    if (state == NONE) {
      state = states.pollInt();
      statePart = 0;
      stateBytes = 0;
      stateParts = replicas.require(state).parts();
      listener.stateLeaves(replicas.require(state));
    }
    Replica replica = replicas.require(state);
    DirectBuffer part = stateParts.get(statePart);
    int total = part.capacity();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - stateBytes);
    MutableDirectBuffer message = sender.message();
    stateEncoder
        .wrapAndApplyHeader(message, 0, header)
        .generation(generation)
        .step(replica.step())
        .group(state)
        .part(statePart)
        .partBytes(total)
        .frameOffset(stateBytes);
    message.putBytes(stateEncoder.limit(), part, stateBytes, length);
    sender.send(stateEncoder.limit() + length, nowNs);
    stateBytes += length;
    if (stateBytes == total) {
      stateBytes = 0;
      statePart++;
    }
    if (statePart == stateParts.size()) {
      state = NONE;
      listener.stateSent(replica);
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
