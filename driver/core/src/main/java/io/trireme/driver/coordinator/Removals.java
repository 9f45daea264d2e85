package io.trireme.driver.coordinator;

import io.trireme.common.message.EncodingReport;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes members out of the run: those that are lost, and workers that have left. */
final class Removals {

  private static final Logger LOG = LoggerFactory.getLogger(Removals.class);

  private final String run;
  private final RunLifecycle lifecycle;
  private final LifeRegistry lives;
  private final Members members;
  private final Formation formation;
  private final StepProgress progress;
  private final Losses losses;

  Removals(
      String run,
      RunLifecycle lifecycle,
      LifeRegistry lives,
      Members members,
      Formation formation,
      StepProgress progress,
      Losses losses) {
    this.run = run;
    this.lifecycle = lifecycle;
    this.lives = lives;
    this.members = members;
    this.formation = formation;
    this.progress = progress;
    this.losses = losses;
  }

  /** An executor is lost, and with it all that lives there. */
  void lose(ExecutorView executor, String why, long nowNs) {
    LOG.warn("run {}: {} is lost ({}); it had {}", run, executor, why, executor.lives());
    List<ServerView> servers = List.copyOf(executor.servers());
    List<WorkerView> workers =
        executor.workers().stream().filter(worker -> !worker.isFinished()).toList();
    servers.forEach(server -> lose(server, why, nowNs));
    workers.forEach(worker -> lose(worker, why, nowNs));
    boolean member = !servers.isEmpty() || !workers.isEmpty();
    if (member) {
      beginWithout(executor.toString(), nowNs);
    }
  }

  /** The life of a server is lost. */
  void lose(ServerView server, String why, long nowNs) {
    members.remove(server);
    losses.addServer(server.toString(), why, server.executor().silentNs(nowNs), nowNs);
  }

  /** The life of a server is lost, and the run goes on without it. */
  void loseAndGoOn(ServerView server, String why, long nowNs) {
    lose(server, why, nowNs);
    beginWithout(server.toString(), nowNs);
  }

  private void beginWithout(String who, long nowNs) {
    if (lifecycle.is(CoordinatorPhase.JOINING)) {
      lifecycle.become(CoordinatorPhase.PLACING, "servers are to live again");
    }
    if (lifecycle.is(CoordinatorPhase.TRAINING)) {
      formation.begin(who + " is lost", nowNs);
    }
  }

  /** The life of a worker is lost, and what it has not sent with it. */
  void lose(WorkerView worker, String why, long nowNs) {
    losses.addResidual(progress.loseResidual(worker.peer()));
    losses.addWorker(worker.toString(), why, worker.executor().silentNs(nowNs), nowNs);
    goOnWithout(worker, "is lost: " + why, nowNs);
  }

  /** A worker has left in good order, after what became of its gradients. */
  void leave(WorkerView worker, EncodingReport last, long nowNs) {
    losses.addResidual(progress.leave(worker.peer(), last));
    losses.leave(worker.toString(), nowNs);
    goOnWithout(worker, "has left in good order", nowNs);
  }

  /** The members that were lost or have left since a step was last computed, in words. */
  String described() {
    return losses.described();
  }

  private void goOnWithout(WorkerView worker, String why, long nowNs) {
    members.remove(worker);
    lives.fence(worker.peer());
    if (lifecycle.is(CoordinatorPhase.TRAINING) && formation.has(worker.peer())) {
      formation.begin(worker + " " + why, nowNs);
    }
  }
}
