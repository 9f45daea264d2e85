package io.trireme.driver.sim;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.kernels.sum.SumProgram;
import io.trireme.server.protocol.GroupUpdaters;
import io.trireme.server.protocol.ServerLife;
import io.trireme.server.protocol.ServerOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.MutableDirectBuffer;

/** One life of a server on an executor. */
final class SimServer implements GroupUpdaters {

  final SimSnapshots snapshots;
  private final Simulation simulation;
  private final SimSession session;
  private final ServerOrder order;
  private final CheckedUpdater.Watcher watcher =
      new CheckedUpdater.Watcher() {
        @Override
        public void gathers(int group) {
          session.run.invariants.gathers(arrivals.generation(), group, order.peer());
        }

        @Override
        public void holds(int group, long step, int bits) {
          session.run.copies.has(
              group, order.peer(), session.host, step, bits, simulation.scheduler.now());
        }

        @Override
        public void drops(int group) {
          session.run.copies.drops(group, order.peer());
        }
      };
  private final Arrivals arrivals;
  private final ServerLife life;
  private final Turns turns;
  private final Map<Integer, CheckedUpdater> held = new HashMap<>();
  private int sealed;
  private int told;
  private boolean loaded;
  private boolean failed;
  private boolean stopped;

  SimServer(ServerOrder order, SimSession session, Simulation simulation) {
    this.order = order;
    this.session = session;
    this.simulation = simulation;
    snapshots = new SimSnapshots(simulation, session, order.peer());
    Rejections rejections = new Rejections();
    arrivals = new Arrivals(order.peer(), rejections);
    Oracle oracle = simulation.oracle;
    turns = new Turns(simulation.scheduler, session.host, this::turn);
    life =
        new ServerLife(
            new ServerOptions(
                order.peer(),
                oracle.plan,
                oracle.slots,
                session.run.firstStep,
                oracle.steps,
                simulation.parts.staleness(simulation.staleness()),
                oracle.clip,
                simulation.compression(),
                oracle.skipsNonFinite()),
            session.run.keys,
            simulation.network.of(session.host, arrivals, turns),
            this,
            rejections,
            simulation.parts.snapshots(snapshots),
            simulation.parts.rules());
    simulation.scheduler.within(0, 100 * Scheduler.MS, this::load);
  }

  Peer self() {
    return order.peer();
  }

  private void load() {
    if (!stopped) {
      life.load(order.load());
      loaded = true;
      turns.wake(simulation.scheduler.now());
    }
  }

  @Override
  public GroupUpdater first(BlockGroup group) {
    CheckedUpdater updater = updater(group, true);
    SimStore.Copied stored = simulation.store.read(session.run.firstStep, group.index());
    if (stored != null) {
      updater.load(stored);
    }
    watcher.holds(group.index(), session.run.firstStep, updater.bits());
    return replaceable(group, updater);
  }

  @Override
  public void restore(BlockGroup group, List<MutableDirectBuffer> codecState) {
    SimStore.Copied stored = simulation.store.read(session.run.firstStep, group.index());
    for (int i = 0; stored != null && i < codecState.size(); i++) {
      codecState.get(i).putBytes(0, stored.travel().get(i), 0, codecState.get(i).capacity());
    }
  }

  @Override
  public GroupUpdater blank(BlockGroup group) {
    return replaceable(group, updater(group, false));
  }

  private GroupUpdater replaceable(BlockGroup group, CheckedUpdater updater) {
    return simulation.parts.updater(updater, () -> isBackup(group.index()));
  }

  private boolean isBackup(int group) {
    Membership formed = session.membership;
    return formed != null && formed.groups().get(group).primary() != self().index();
  }

  private CheckedUpdater updater(BlockGroup group, boolean first) {
    CheckedUpdater updater =
        new CheckedUpdater(
            simulation.oracle, group, order.peer() + " on " + session.host, first, watcher);
    held.put(group.index(), updater);
    return updater;
  }

  /** There is news from the driver. */
  void wake() {
    if (loaded) {
      turns.wake(simulation.scheduler.now() + simulation.scheduler.between(0, 2 * Scheduler.MS));
    }
  }

  private int turn(long now) {
    Membership formed = session.membership;
    if (formed != null
        && formed.generation() > arrivals.generation()
        && formed.generation() == sealed
        && session.forming() <= sealed
        && formed.has(order.peer())) {
      arrivals.enter(formed);
    }
    if (session.forming() > sealed || formed != null) {
      life.follow(session.forming(), formed);
      sealed = Math.max(sealed, session.forming());
    }
    try {
      return life.doWork(now);
    } catch (IllegalArgumentException e) {
      if (e.getStackTrace()[0].getClassName().startsWith(SumProgram.class.getName())) {
        throw new InvariantBroken(Invariant.SUMS_ARE_OVER_NODES, self() + ": " + e.getMessage());
      }
      throw e;
    }
  }

  ServerReport report() {
    FailureReport why = failed ? FailureReport.here("OutOfMemoryError") : null;
    ServerReport report = life.report(simulation.scheduler.now(), why);
    report = simulation.parts.report(report, simulation.oracle.plan.groups().size());
    if (report.sealed() > told && !failed) {
      told = report.sealed();
      report.steps().forEach(this::check);
    }
    return report;
  }

  /** What it says that it holds, it holds. */
  private void check(ServerReport.GroupStep claimed) {
    CheckedUpdater updater = held.get(claimed.group());
    if (updater == null || (claimed.slots().isEmpty() && !updater.holds(claimed.step()))) {
      throw new InvariantBroken(
          Invariant.CLAIMED_IS_HELD,
          self()
              + " says that it holds group "
              + claimed.group()
              + " before step "
              + claimed.step());
    }
    session.run.copies.has(
        claimed.group(),
        self(),
        session.host,
        claimed.step(),
        updater.bits(),
        simulation.scheduler.now());
  }

  /** It does nothing any more, and says why. */
  void fail() {
    failed = true;
    turns.stop();
    session.run.copies.fails(self());
  }

  void stop() {
    stopped = true;
    turns.stop();
    life.close();
    snapshots.stop();
  }
}
