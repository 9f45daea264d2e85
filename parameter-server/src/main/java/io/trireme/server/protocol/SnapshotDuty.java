package io.trireme.server.protocol;

/**
 * Sees to it that each group that a server serves is copied once while it is at a step that is due:
 * in idle time if there is some, and in any case before it is changed.
 */
final class SnapshotDuty {

  private final Snapshots snapshots;
  private final Replicas replicas;

  /** The step of which groups were taken, but not yet all; -1 if none. */
  private long open = -1;

  SnapshotDuty(Snapshots snapshots, Replicas replicas) {
    this.snapshots = snapshots;
    this.replicas = replicas;
  }

  /** The group is about to change. */
  void beforeUpdate(Replica replica) {
    if (isDue(replica)) {
      take(replica);
    }
  }

  /** There is nothing else to do: takes one group if one is due; returns how many. */
  int idle() {
    for (Replica replica : replicas.all()) {
      if (isDue(replica)) {
        take(replica);
        return 1;
      }
    }
    return 0;
  }

  /** The generation ends: what is due now may be served by others in the next. */
  void seal() {
    for (Replica replica : replicas.all()) {
      beforeUpdate(replica);
    }
    if (open >= 0) {
      open = -1;
      snapshots.complete();
    }
  }

  private boolean isDue(Replica replica) {
    long step = replica.step();
    return replica.isPrimary() && replica.snapshotStep() < step && snapshots.isDue(step);
  }

  private void take(Replica replica) {
    long step = replica.step();
    replica.snapshotTaken(step);
    snapshots.take(
        replica.group().index(),
        step,
        replica.updater().parameters(),
        replica.updater().state(),
        replica.state().codecState());
    open = Math.max(open, step);
    for (Replica other : replicas.all()) {
      if (other.isPrimary() && other.step() <= open && other.snapshotStep() < open) {
        return;
      }
    }
    open = -1;
    snapshots.complete();
  }
}
