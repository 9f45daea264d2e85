package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;

/** Aggregates a group's contributions, makes its updates, and sends them to workers. */
final class PrimaryRole implements GroupRole {

  private final Replica replica;
  private final Sessions sessions;
  private final SnapshotDuty snapshots;
  private BackupPeer backup;

  /** Of a group without a backup. */
  PrimaryRole(Replica replica, Sessions sessions, SnapshotDuty snapshots) {
    this.replica = replica;
    this.sessions = sessions;
    this.snapshots = snapshots;
    this.backup = new BackupPeer.None(this);
  }

  Replica replica() {
    return replica;
  }

  BackupPeer backup() {
    return backup;
  }

  /** The group's backup, from now on. */
  void backUpBy(BackupPeer next) {
    backup = next;
  }

  /**
   * Takes the open step's mean gradient, which must stay as it is until the step is applied.
   *
   * @param scale what the gradient is multiplied by; if it is negative, the step changes nothing
   * @return false if the step cannot be applied yet; then the gradient is to be offered again
   */
  boolean takeGradient(double scale) {
    return backup.takeGradient(scale);
  }

  /** Applies the mean gradient and opens the next step. */
  void apply(double scale) {
    snapshots.beforeUpdate(replica);
    replica.apply(scale);
  }

  /** Lets workers have the parameters of the open step. */
  void release() {
    sessions.offer(replica, replica.step(), false);
  }

  @Override
  public boolean takeHeld(Peer from, long step) {
    return backup.takeHeld(from, step);
  }
}
