package io.trireme.driver.coordinator;

import io.trireme.common.message.FailureReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of failures that executors report. One that would come again anywhere ends the run.
 * Any other is the loss of a life, and others go on; an executor where lives fail again and again
 * gets no more of them, and failures in a row without a step are bounded, too.
 */
final class Failings {

  private static final Logger LOG = LoggerFactory.getLogger(Failings.class);

  /** Lives that may fail on an executor before it is given up. */
  private static final int MOST_EACH = 3;

  private final String run;
  private final RunLifecycle lifecycle;
  private final LifeRegistry lives;
  private final Members members;
  private final Removals removals;
  private int inARow;

  Failings(
      String run, RunLifecycle lifecycle, LifeRegistry lives, Members members, Removals removals) {
    this.run = run;
    this.lifecycle = lifecycle;
    this.lives = lives;
    this.members = members;
    this.removals = removals;
  }

  /** Notes that a step was computed: what failed before was overcome. */
  void moved() {
    inARow = 0;
  }

  /** An executor cannot take part, for now: what lives there is lost. */
  void ofExecutor(ExecutorView executor, String why, long nowNs) {
    if (executor.isFit()) {
      LOG.warn("run {}: {} cannot take part: {}", run, executor, why);
    }
    executor.becomeUnfit(why, nowNs);
    if (executor.hasMembers()) {
      removals.lose(executor, why, nowNs);
      count(executor, executor + ": " + why, nowNs);
    }
  }

  /** A server has failed. */
  void ofServer(ServerView server, FailureReport failure, long nowNs) {
    if (failure.recurs()) {
      lifecycle.fail(server + ": " + failure.why());
      return;
    }
    LOG.warn("run {}: {} is lost: {}", run, server, failure.why());
    removals.loseAndGoOn(server, failure.why(), nowNs);
    count(server.executor(), server + ": " + failure.why(), nowNs);
  }

  /** A worker has failed, which may not have been a member. */
  void ofWorker(WorkerView worker, FailureReport failure, long nowNs) {
    if (failure.recurs()) {
      lifecycle.fail(worker + ": " + failure.why());
      return;
    }
    LOG.warn("run {}: {} is lost: {}", run, worker, failure.why());
    if (members.worker(worker.peer().index()) == worker) {
      removals.lose(worker, failure.why(), nowNs);
    } else {
      lives.fence(worker.peer());
    }
    count(worker.executor(), worker + ": " + failure.why(), nowNs);
  }

  /** All that fails at a place at a time is one failure of it. */
  private void count(ExecutorView executor, String what, long nowNs) {
    if (executor.hasFailedAt(nowNs)) {
      return;
    }
    inARow++;
    int most = MOST_EACH * Math.max(1, members.executors().size());
    if (inARow > most) {
      lifecycle.failOfLoss(what + ", and so did " + most + " others before without a step between");
    } else if (executor.countFailure(nowNs) > MOST_EACH) {
      giveUp(executor, what, nowNs);
    }
  }

  private void giveUp(ExecutorView executor, String what, long nowNs) {
    boolean others =
        members.executors().stream().anyMatch(other -> other != executor && other.isFit());
    String why = "its members failed " + MOST_EACH + " times before";
    if (!others) {
      lifecycle.failOfLoss(what + "; " + why + ", and there is no other executor to go on with");
      return;
    }
    removals.lose(executor, why + "; last " + what, nowNs);
    lives.remove(executor.id());
    members.removeSilent(executor, nowNs);
  }

  /** Ends the run where every executor that is there has been unfit for so long. */
  void lookForFit(long nowNs, long limitNs) {
    StringBuilder reasons = new StringBuilder();
    for (ExecutorView executor : members.executors()) {
      if (executor.isFit() || executor.unfitForNs(nowNs) <= limitNs) {
        return;
      }
      reasons.append("; ").append(executor).append(": ").append(executor.unfitness());
    }
    if (!reasons.isEmpty()) {
      lifecycle.failOfLoss("no executor can take part" + reasons);
    }
  }
}
