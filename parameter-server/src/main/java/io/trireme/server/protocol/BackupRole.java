package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.ReducedDecoder;
import java.util.Arrays;

/**
 * Has all of a group's state, and follows its primary step by step. It may be one step ahead: then
 * the primary has not heard in the generation before that its gradient is held, and sends it again.
 */
final class BackupRole implements GroupRole {

  private final Replica replica;
  private final PeerLink primary;

  /** The step that was open when the generation began. */
  private final long firstStep;

  /** Bytes of the mean gradient that have come, by block. */
  private final int[] receivedBytes;

  BackupRole(Replica replica, PeerLink primary) {
    this.replica = replica;
    this.primary = primary;
    this.firstStep = replica.step();
    this.receivedBytes = new int[replica.blocks().size()];
  }

  @Override
  public boolean takeReduced(
      Peer from, ReplicaBlock block, ReducedDecoder message, int payloadBytes) {
    int received = receivedBytes[block.place()];
    long step = message.step();
    if (!primary.leadsTo(from)
        || !(step == replica.step() || isSentAgain(step))
        || message.frameOffset() != received
        || received + (long) payloadBytes > block.lengthBytes()) {
      return false;
    }
    if (step < replica.step()) {
      receivedBytes[block.place()] += payloadBytes;
      if (hasWholeGradient()) {
        answer(step);
      }
      return true;
    }
    replica
        .updater()
        .gradient()
        .putBytes(block.offsetBytes() + received, message.buffer(), message.limit(), payloadBytes);
    receivedBytes[block.place()] += payloadBytes;
    block.share(message.sumOfSquares());
    block.nextScale(message.codecScale());
    if (hasWholeGradient()) {
      answer(step);
      replica.apply(message.scale());
    }
    return true;
  }

  private boolean isSentAgain(long step) {
    return replica.step() == firstStep && step == firstStep - 1 && step >= 0;
  }

  private void answer(long step) {
    primary.held(replica.group().index(), step);
    Arrays.fill(receivedBytes, 0);
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
