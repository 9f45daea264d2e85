package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.ReducedDecoder;
import java.util.Arrays;

/** Has all of a group's state, and follows its primary step by step. */
final class BackupRole implements GroupRole {

  private final Replica replica;
  private final PeerLink primary;

  /** Bytes of the open step's mean gradient that have come, by block. */
  private final int[] receivedBytes;

  BackupRole(Replica replica, PeerLink primary) {
    this.replica = replica;
    this.primary = primary;
    this.receivedBytes = new int[replica.blocks().size()];
  }

  @Override
  public boolean takeReduced(
      Peer from, ReplicaBlock block, ReducedDecoder message, int payloadBytes) {
    int received = receivedBytes[block.place()];
    if (!primary.leadsTo(from)
        || message.step() != replica.step()
        || message.frameOffset() != received
        || received + (long) payloadBytes > block.lengthBytes()) {
      return false;
    }
    replica
        .updater()
        .gradient()
        .putBytes(block.offsetBytes() + received, message.buffer(), message.limit(), payloadBytes);
    receivedBytes[block.place()] += payloadBytes;
    block.share(message.sumOfSquares());
    block.nextScale(message.codecScale());
    if (hasWholeGradient()) {
      primary.held(replica.group().index(), replica.step());
      replica.apply(message.scale());
      Arrays.fill(receivedBytes, 0);
    }
    return true;
  }

  private boolean hasWholeGradient() {
    for (int i = 0; i < receivedBytes.length; i++) {
      if (receivedBytes[i] < replica.blocks().get(i).lengthBytes()) {
        return false;
      }
    }
    return true;
  }
}
