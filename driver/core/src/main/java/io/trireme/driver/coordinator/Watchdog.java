package io.trireme.driver.coordinator;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks for members that are silent or busy for too long, and for a run that stands still. */
final class Watchdog {

  private final Deadlines deadlines;
  private final RunLifecycle lifecycle;
  private final Members members;
  private final ServerHomes homes;
  private final Formation formation;
  private final Removals removals;
  private boolean standsStill;
  private long messages;
  private long waitingSinceNs;

  /** When a worker was last there while a generation formed. */
  private long workedNs;

  Watchdog(
      Deadlines deadlines,
      RunLifecycle lifecycle,
      Members members,
      ServerHomes homes,
      Formation formation,
      Removals removals) {
    this.deadlines = deadlines;
    this.lifecycle = lifecycle;
    this.members = members;
    this.homes = homes;
    this.formation = formation;
    this.removals = removals;
  }

  /** Notes that a step was computed, or a generation begun. */
  void moved() {
    standsStill = false;
  }

  /** Looks for executors that were silent for too long, in any phase. */
  void lookForSilence(long nowNs) {
    for (ExecutorView executor : List.copyOf(members.executors())) {
      long silentNs = executor.silentNs(nowNs);
      if (silentNs > deadlines.leaseNs()) {
        members.removeSilent(executor, nowNs);
        removals.lose(executor, "silent for " + seconds(silentNs) + " s", nowNs);
      }
    }
  }

  /** Looks for members that do not seal while a generation forms. */
  void lookForUnsealed(long nowNs) {
    if (members.unfinished().isEmpty()) {
      if (nowNs - Math.max(workedNs, formation.sinceNs()) > deadlines.joinNs()) {
        lifecycle.failOfLoss(
            "no worker is left ("
                + removals.described()
                + "), and none came back in "
                + seconds(deadlines.joinNs())
                + " s; does Spark have executors for them?");
      }
      return;
    }
    workedNs = nowNs;
    int generation = formation.generation();
    String why = "did not seal for generation " + generation;
    for (ServerView server : List.copyOf(members.servers().values())) {
      if (server.isReady()
          && !server.hasSealed(generation)
          && isLate(server.readySinceNs(), nowNs)) {
        removals.lose(server, why, nowNs);
      }
    }
    for (WorkerView worker : members.unfinished()) {
      if (!worker.hasSealed(generation) && isLate(worker.joinedNs(), nowNs)) {
        removals.lose(worker, why, nowNs);
      }
    }
    if (!homes.allReady() && nowNs - formation.sinceNs() > deadlines.joinNs()) {
      lifecycle.failOfLoss(
          "the servers were not ready for generation " + generation + members.whoWaits());
    }
  }

  private boolean isLate(long memberSinceNs, long nowNs) {
    return nowNs - Math.max(formation.sinceNs(), memberSinceNs) > deadlines.leaseNs();
  }

  /**
   * Looks for a worker that computes for too long, and for members that all wait. As long as
   * messages arrive anywhere, the links are slow, and nothing stands still.
   */
  void lookForStandstill(long nowNs) {
    List<WorkerView> workers = members.unfinished();
    if (workers.isEmpty()) {
      return;
    }
    for (WorkerView worker : workers) {
      if (worker.computesForNs(nowNs) > deadlines.stepNs()) {
        removals.lose(
            worker,
            "has computed one step for "
                + seconds(deadlines.stepNs())
                + " s (sync.stepTimeoutSeconds waits longer)",
            nowNs);
        return;
      }
    }
    boolean waiting = workers.stream().allMatch(WorkerView::isWaiting);
    long taken = members.messages();
    if (!waiting || !standsStill || taken != messages) {
      standsStill = waiting;
      messages = taken;
      waitingSinceNs = nowNs;
    } else if (nowNs - waitingSinceNs > deadlines.stallNs()) {
      formation.beginAgain("nothing moved for " + seconds(nowNs - waitingSinceNs) + " s", nowNs);
    }
  }

  private static long seconds(long ns) {
    return TimeUnit.NANOSECONDS.toSeconds(ns);
  }
}
