package io.trireme.server.protocol;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.HeldDecoder;
import io.trireme.common.wire.sbe.ReducedDecoder;
import io.trireme.common.wire.sbe.StateDecoder;

/**
 * How servers hold groups together: gives each replica its {@link GroupRole} in a generation, and
 * takes what other servers say about groups.
 */
final class Replication {

  private final ServerOptions options;
  private final Replicas replicas;
  private final SnapshotDuty snapshots;
  private final ServerRules rules;

  Replication(ServerOptions options, Replicas replicas, SnapshotDuty snapshots, ServerRules rules) {
    this.options = options;
    this.replicas = replicas;
    this.snapshots = snapshots;
    this.rules = rules;
  }

  /** Gives roles to the replicas that this server holds in a generation. */
  void enter(Sessions sessions) {
    Membership membership = sessions.membership();
    int self = options.self().index();
    for (int index = 0; index < membership.groups().size(); index++) {
      GroupHolders holders = membership.groups().get(index);
      if (holders.primary() == self) {
        serve(replicas.require(index), holders, sessions);
      } else if (holders.backup() == self) {
        follow(replicas.require(index), holders, sessions);
      }
    }
  }

  private void serve(Replica replica, GroupHolders holders, Sessions sessions) {
    PrimaryRole role = new PrimaryRole(replica, sessions, snapshots);
    replica.become(role);
    if (holders.backup() != GroupHolders.NONE) {
      PeerLink link = sessions.server(holders.backup());
      role.backUpBy(
          holders.current()
              ? new CurrentBackup(role, link, rules)
              : new JoiningBackup(role, link, rules));
    }
  }

  private static void follow(Replica replica, GroupHolders holders, Sessions sessions) {
    PeerLink primary = sessions.server(holders.primary());
    replica.become(
        holders.current() && replica.isWhole()
            ? new BackupRole(replica, primary)
            : new RecruitRole(replica, primary));
  }

  /** Takes a part of a block's mean gradient; false if it is out of place. */
  boolean takeReduced(Peer from, ReducedDecoder message, int payloadBytes) {
    ReplicaBlock block = replicas.block(message.block());
    return block != null && block.replica().role().takeReduced(from, block, message, payloadBytes);
  }

  /** Takes a backup's word that it holds a gradient; false if it is out of place. */
  boolean takeHeld(Peer from, HeldDecoder message) {
    Replica replica = replicas.group(message.group());
    return replica != null && replica.role().takeHeld(from, message.step());
  }

  /** Takes a part of a group's state; false if it is out of place. */
  boolean takeState(Peer from, StateDecoder message, int payloadBytes) {
    Replica replica = replicas.group(message.group());
    return replica != null && replica.role().takeState(from, message, payloadBytes);
  }
}
