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
    if (isOwed(replica)) {
      take(replica);
    }
  }

  /** There is nothing else to do: takes one group, if one is owed; returns how many. */
  int idle() {
    for (Replica replica : replicas.all()) {
      if (isOwed(replica)) {
        take(replica);
        return 1;
      }
    }
    return 0;
  }

  /** The generation ends: what is owed now may be served by others in the next. */
  void seal() {
    for (Replica replica : replicas.all()) {
      beforeUpdate(replica);
    }
    if (open >= 0) {
      open = -1;
      snapshots.complete();
    }
  }

  private boolean isOwed(Replica replica) {
    long step = replica.step();
    return replica.serving && replica.kept < step && snapshots.isDue(step);
  }

  private void take(Replica replica) {
    long step = replica.step();
    replica.kept = step;
    snapshots.take(
        replica.group().index(),
        step,
        replica.updater().parameters(),
        replica.updater().state(),
        replica.travel());
    open = Math.max(open, step);
    for (Replica other : replicas.all()) {
      if (other.serving && other.step() <= open && other.kept < open) {
        return;
      }
    }
    open = -1;
    snapshots.complete();
  }
}
