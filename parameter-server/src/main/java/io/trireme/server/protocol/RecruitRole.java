package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.StateDecoder;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/**
 * Is sent a group's state, and becomes its backup when it has all of it. What it had before is
 * worth nothing from the start, since its primary does not wait for it.
 */
final class RecruitRole implements GroupRole {

  private final Replica replica;
  private final PeerLink primary;
  private final List<MutableDirectBuffer> parts;
  private final PartCursor received = new PartCursor();

  RecruitRole(Replica replica, PeerLink primary) {
    this.replica = replica;
    this.primary = primary;
    this.parts = replica.state().parts();
    replica.markIncomplete();
  }

  @Override
  public boolean takeState(Peer from, StateDecoder message, int payloadBytes) {
    if (!primary.leadsTo(from) || !isNext(message, payloadBytes)) {
      return false;
    }
    MutableDirectBuffer target = parts.get(received.part());
    target.putBytes(received.offsetBytes(), message.buffer(), message.limit(), payloadBytes);
    received.advance(payloadBytes, target.capacity());
    if (received.part() == parts.size()) {
      replica.complete(message.step());
      replica.become(new BackupRole(replica, primary));
    }
    return true;
  }

  private boolean isNext(StateDecoder message, int payloadBytes) {
    int offset = received.offsetBytes();
    return message.part() == received.part()
        && message.partBytes() == parts.get(received.part()).capacity()
        && message.frameOffset() == offset
        && offset + (long) payloadBytes <= message.partBytes();
  }
}
