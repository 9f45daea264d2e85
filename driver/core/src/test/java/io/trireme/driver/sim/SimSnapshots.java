package io.trireme.driver.sim;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.message.ShardReport;
import io.trireme.common.wire.Peer;
import io.trireme.server.protocol.Snapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;

/** Keeps what one server copies for checkpoints, and writes it after a while, or fails to. */
final class SimSnapshots implements Snapshots {

  private final Simulation simulation;
  private final SimSession session;
  private final Peer self;
  private final TreeMap<Long, List<SimStore.Copied>> open = new TreeMap<>();
  private long announced;
  private int files;
  private boolean stopped;

  /** Of a server on an executor. */
  SimSnapshots(Simulation simulation, SimSession session, Peer self) {
    this.simulation = simulation;
    this.session = session;
    this.self = self;
  }

  void announce(long step) {
    announced = step;
  }

  @Override
  public boolean isDue(long step) {
    return session.run.writesCheckpoints()
        && step > session.run.firstStep
        && (step == announced || step == simulation.oracle.steps);
  }

  @Override
  public void take(
      int group,
      long step,
      DirectBuffer parameters,
      List<? extends DirectBuffer> state,
      List<? extends DirectBuffer> travel) {
    SimStore.Copied copied = SimStore.Copied.of(group, parameters, state, travel);
    simulation.store.check(copied, step, self + " at step " + step);
    open.computeIfAbsent(
            step,
            unused -> {
              session.writing++;
              return new ArrayList<>();
            })
        .add(copied);
  }

  @Override
  public void complete() {
    long now = simulation.scheduler.now();
    for (Map.Entry<Long, List<SimStore.Copied>> shard : open.entrySet()) {
      boolean hangs = simulation.store.hangs();
      long takesNs = hangs ? simulation.store.hangsNs() : simulation.store.takesNs();
      simulation.scheduler.at(now + takesNs, () -> write(shard.getKey(), shard.getValue(), hangs));
    }
    open.clear();
  }

  /** The server ends: what is not written is dropped. */
  void stop() {
    stopped = true;
    session.writing -= open.size();
    open.clear();
  }

  private void write(long step, List<SimStore.Copied> groups, boolean hung) {
    if (session.closed || !session.host.alive) {
      return;
    }
    if (stopped) {
      session.writing--;
      return;
    }
    if (session.host.frozenUntilNs > simulation.scheduler.now()) {
      simulation.scheduler.at(session.host.frozenUntilNs, () -> write(step, groups, hung));
      return;
    }
    session.writing--;
    SimStore.End end = hung ? SimStore.End.FAILED : simulation.store.next();
    String name = "%d-%d-%dx%d".formatted(step, self.index(), self.incarnation(), files++);
    if (end != SimStore.End.FAILED) {
      CheckpointShard shard = simulation.store.write(name, self.index(), groups);
      if (end == SimStore.End.WELL) {
        session.shards.add(new ShardReport(step, shard));
        return;
      }
    }
    session.failures.add("no answer for step " + step);
  }
}
