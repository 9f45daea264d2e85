package io.trireme.driver.sim;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.protocol.GroupUpdaters;
import io.trireme.server.protocol.Holding;
import io.trireme.server.protocol.ServerLife;
import io.trireme.server.protocol.ServerOptions;
import java.util.List;

/** One life of a server on an executor. */
final class SimServer implements GroupUpdaters {

  final SimSnapshots snapshots;
  private final Simulation simulation;
  private final SimSession session;
  private final ServerOrder order;
  private final Arrivals arrivals;
  private final ServerLife life;
  private boolean stopped;

  SimServer(ServerOrder order, SimSession session, Simulation simulation) {
    this.order = order;
    this.session = session;
    this.simulation = simulation;
    snapshots = new SimSnapshots(simulation, session, order.peer());
    Rejections rejections = new Rejections();
    arrivals = new Arrivals(order.peer(), rejections);
    Oracle oracle = simulation.oracle;
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
                false),
            session.run.keys,
            simulation.network.of(session.host, arrivals),
            this,
            rejections,
            snapshots,
            simulation.parts.rules(arrivals::generation));
    simulation.scheduler.within(0, 100 * Scheduler.MS, this::load);
  }

  Peer self() {
    return order.peer();
  }

  private void load() {
    if (!stopped) {
      life.load(order.load());
      turn();
    }
  }

  @Override
  public GroupUpdater first(BlockGroup group) {
    CheckedUpdater updater = updater(group, true);
    SimStore.Copied stored = simulation.store.read(session.run.firstStep, group.index());
    if (stored != null) {
      updater.load(stored);
    }
    return replaceable(group, updater);
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
    return new CheckedUpdater(
        simulation.oracle,
        group,
        order.peer() + " on " + session.host,
        first,
        index -> session.run.invariants.gathers(arrivals.generation(), index, order.peer()));
  }

  private void turn() {
    if (stopped || !session.host.alive) {
      return;
    }
    long now = simulation.scheduler.now();
    if (session.host.frozenUntilNs > now) {
      simulation.scheduler.at(session.host.frozenUntilNs, this::turn);
      return;
    }
    Membership formed = session.membership;
    if (formed != null
        && formed.has(order.peer())
        && life.report(now, null).sealed() == formed.generation()
        && session.forming() <= formed.generation()) {
      arrivals.enter(formed);
    }
    life.follow(session.forming(), formed);
    int work = life.doWork(now);
    long pause = work > 0 ? 50_000 : 2 * Scheduler.MS;
    simulation.scheduler.within(pause / 2, pause, this::turn);
  }

  List<Holding> holdings() {
    return life.holdings();
  }

  ServerReport report() {
    return life.report(simulation.scheduler.now(), null);
  }

  void stop() {
    stopped = true;
    life.close();
    snapshots.stop();
  }
}
