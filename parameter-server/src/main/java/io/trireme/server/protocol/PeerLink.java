package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.HeldEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import java.util.ArrayDeque;
import org.agrona.collections.IntArrayQueue;

/**
 * Sends to one other server: what it waits for first, which are answers and shares of the norm;
 * then mean gradients; then the state of groups of which it is to become a backup, one at a time.
 */
final class PeerLink implements AutoCloseable {

  /** What leaves in several frames. */
  interface Transfer {

    /** Sends the next frame over a sender that is ready; true if it was the last. */
    boolean sendFrame(SecureSender sender, int generation, long nowNs);

    /** The last frame has been handed to the session. */
    void onSent();
  }

  private record Share(int block, long step, double sumOfSquares) {}

  private static final int NONE = -1;

  private final SecureSender sender;
  private final int generation;
  private final IntArrayQueue held = new IntArrayQueue(NONE);
  private final IntArrayQueue heldSteps = new IntArrayQueue(NONE);
  private final ArrayDeque<Share> shares = new ArrayDeque<>();
  private final ArrayDeque<Transfer> gradients = new ArrayDeque<>();
  private final ArrayDeque<Transfer> states = new ArrayDeque<>();
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final HeldEncoder heldEncoder = new HeldEncoder();
  private final NormShareEncoder shareEncoder = new NormShareEncoder();

  PeerLink(SecureSender sender, int generation) {
    this.sender = sender;
    this.generation = generation;
  }

  SecureSender sender() {
    return sender;
  }

  /** Whether this life is at the other end. */
  boolean leadsTo(Peer peer) {
    return sender.to().equals(peer);
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

  /** Sends a group's mean gradient. */
  void sendGradient(Transfer gradient) {
    gradients.add(gradient);
  }

  /** Sends a group's state. */
  void sendState(Transfer state) {
    states.add(state);
  }

  /**
   * Sends frames until the session is behind, nothing is left, or the limit is reached; returns how
   * many.
   */
  int pump(long nowNs, int limit) {
    int sent = 0;
    while (sent < limit && sender.ready(nowNs) && sendNext(nowNs)) {
      sent++;
    }
    return sent;
  }

  private boolean sendNext(long nowNs) {
    if (!held.isEmpty()) {
      sendHeld(nowNs);
    } else if (!shares.isEmpty()) {
      sendShare(nowNs);
    } else if (!gradients.isEmpty()) {
      send(gradients, nowNs);
    } else if (!states.isEmpty()) {
      send(states, nowNs);
    } else {
      return false;
    }
    return true;
  }

  private void sendHeld(long nowNs) {
    heldEncoder
        .wrapAndApplyHeader(sender.message(), 0, header)
        .generation(generation)
        .step(heldSteps.pollInt())
        .group(held.pollInt());
    sender.send(heldEncoder.limit(), nowNs);
  }

  private void sendShare(long nowNs) {
    Share share = shares.remove();
    shareEncoder
        .wrapAndApplyHeader(sender.message(), 0, header)
        .generation(generation)
        .step(share.step())
        .block(share.block())
        .sumOfSquares(share.sumOfSquares());
    sender.send(shareEncoder.limit(), nowNs);
  }

  private void send(ArrayDeque<Transfer> transfers, long nowNs) {
    Transfer transfer = transfers.element();
    if (transfer.sendFrame(sender, generation, nowNs)) {
      transfers.remove();
      transfer.onSent();
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
