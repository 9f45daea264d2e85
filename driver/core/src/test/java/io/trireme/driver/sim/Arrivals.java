package io.trireme.driver.sim;

import io.trireme.common.message.Membership;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/** Sees to it that one life takes nothing but from members of the generation that it is in. */
final class Arrivals {

  private static final int SENDER = 4;
  private static final int INCARNATION = 8;
  private static final Rejection[] REASONS = Rejection.values();

  private record Sender(int id, long incarnation) {}

  private final Peer self;
  private final Rejections rejections;
  private final Set<Sender> members = new HashSet<>();
  private int generation;

  /** Of a life that counts what it drops. */
  Arrivals(Peer self, Rejections rejections) {
    this.self = self;
    this.rejections = rejections;
  }

  Peer self() {
    return self;
  }

  void enter(Membership membership) {
    if (membership.generation() == generation) {
      return;
    }
    generation = membership.generation();
    members.clear();
    membership.peers().forEach(peer -> members.add(new Sender(peer.id(), peer.incarnation())));
  }

  /** The generation that it is in; 0 if in none yet. */
  int generation() {
    return generation;
  }

  /** Frames that it has dropped. */
  long dropped() {
    long dropped = 0;
    for (Rejection reason : REASONS) {
      dropped += rejections.of(reason);
    }
    return dropped;
  }

  /** It has taken a frame. */
  void taken(byte[] frame) {
    ByteBuffer envelope = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    Sender from = new Sender(envelope.getInt(SENDER), envelope.getLong(INCARNATION));
    if (!members.contains(from)) {
      throw new InvariantBroken(
          Invariant.SENDERS_ARE_MEMBERS,
          self + " takes a frame of " + from + ", no member of its generation " + generation);
    }
  }
}
