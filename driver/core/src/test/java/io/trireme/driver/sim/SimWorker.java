package io.trireme.driver.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.message.Membership;
import io.trireme.common.message.SlotRange;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.worker.local.LocalDelta;
import io.trireme.worker.protocol.Residual;
import io.trireme.worker.protocol.ResidualStore;
import io.trireme.worker.protocol.WorkerIncarnation;
import io.trireme.worker.protocol.WorkerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One life of a worker: a Spark task. */
final class SimWorker implements WorkerIncarnation.Computer {

  final Peer self;
  final SimSession session;
  private final Arrivals arrivals;
  private final Simulation simulation;
  private final Oracle oracle;
  private final UnsafeBuffer parameters;
  private final Inbox inbox;
  private final WorkerIncarnation life;
  private final Turns turns;
  private final List<StepReport> steps = new ArrayList<>();
  private @Nullable Membership entered;
  private boolean computing;

  /** What its encoders kept back before the step that it has begun; null if it has begun none. */
  private @Nullable List<Kept> keptBefore;

  /** What they kept back when it ended; null before. */
  private @Nullable List<Kept> keptAtEnd;

  /** What is kept back of a block by the encoder of the node that begins with this slot. */
  private record Kept(Block block, int slot, float[] floats) {}

  SimWorker(Peer self, SimSession session, Simulation simulation) {
    this.self = self;
    this.session = session;
    Rejections rejections = new Rejections();
    arrivals = new Arrivals(self, rejections);
    turns = new Turns(simulation.scheduler, session.host, this::turn);
    Transport transport = simulation.network.of(session.host, arrivals, turns);
    this.simulation = simulation;
    this.oracle = simulation.oracle;
    parameters = new UnsafeBuffer(new byte[oracle.length * Float.BYTES]);
    inbox = new Inbox(transport);
    life =
        new WorkerIncarnation(
            new WorkerOptions(
                self,
                oracle.plan,
                new ReductionTree(oracle.slots.slots()),
                oracle.steps,
                simulation.staleness() >= 0,
                simulation.compression(),
                oracle.skipsNonFinite()),
            session.run.keys,
            transport,
            parameters,
            rejections,
            this,
            ResidualStore.NONE);
    simulation.workers.add(this);
  }

  void start() {
    wake();
  }

  /** There is news from the driver. */
  void wake() {
    turns.wake(simulation.scheduler.now() + simulation.scheduler.between(0, 2 * Scheduler.MS));
  }

  private int turn(long now) {
    Membership formed = session.membership;
    if (formed != null
        && formed.has(self)
        && !life.hasLeft()
        && (entered == null || formed.generation() > entered.generation())) {
      Inbound inbound = inbox.take(formed.generation());
      if (inbound != null) {
        entered = formed;
        arrivals.enter(formed);
        life.enter(formed, inbound);
        keptBefore = null;
      }
    }
    int work = life.turn(now);
    if (life.isFinished()) {
      finish();
      return Turns.NEVER;
    }
    if (computing) {
      turns.isBusy(simulation.computeNs(self.index()) / 2);
    }
    return work;
  }

  private void finish() {
    if (oracle.lossy) {
      checkAgainstOthers(oracle.steps);
    }
    float[] expected = oracle.parameters.get(oracle.steps);
    for (int i = 0; i < expected.length && !oracle.lossy; i++) {
      if (parameters.getFloat(i * Float.BYTES) != expected[i]) {
        throw new InvariantBroken(
            Invariant.REPLICAS_ARE_THOSE_OF_A_QUIET_RUN,
            self + " ends with other parameters than a quiet run");
      }
    }
    session.workerFinished(this);
  }

  /** All workers have the same parameters in a step, in this run and in others. */
  private void checkAgainstOthers(long step) {
    float[] now = new float[oracle.length];
    for (int i = 0; i < now.length; i++) {
      now[i] = parameters.getFloat(i * Float.BYTES);
    }
    if (!oracle.sees("replicas of step " + step, now)) {
      throw new InvariantBroken(
          Invariant.REPLICAS_AGREE, self + " has other parameters of step " + step);
    }
  }

  @Override
  public void onBegin(int generation, long step) {
    session.run.invariants.begins(self, generation, step);
    session.run.copies.onReleased(step);
    if (oracle.lossy) {
      if (simulation.staleness() < 0) {
        checkAgainstOthers(step);
      }
      keptBefore = kept();
    }
    float[] expected = oracle.parameters.get((int) step);
    for (int i = 0; i < expected.length && !oracle.exact && !oracle.lossy; i++) {
      if (parameters.getFloat(i * Float.BYTES) != expected[i]) {
        throw new InvariantBroken(
            Invariant.REPLICAS_ARE_THOSE_OF_A_QUIET_RUN,
            self + " begins step " + step + " with parameters of another one at float " + i);
      }
    }
    computing = true;
  }

  @Override
  public @Nullable DirectBuffer compute(long step, TreeNode node) {
    Membership formed = session.membership;
    if (formed != null && entered != null && formed.generation() > entered.generation()) {
      return null;
    }
    session.run.invariants.pushed(arrivals.generation(), node, step);
    float[] at = new float[oracle.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = parameters.getFloat(i * Float.BYTES);
    }
    float[] sum = sum(step, node.lo(), node.hi(), at);
    UnsafeBuffer floats = new UnsafeBuffer(new byte[at.length * Float.BYTES]);
    for (int i = 0; i < at.length; i++) {
      floats.putFloat(i * Float.BYTES, sum[i]);
    }
    return floats;
  }

  /**
   * What the worker itself makes of a node: in rounds of local steps by the worker's own kernel.
   */
  private float[] sum(long step, int lo, int hi, float[] at) {
    if (oracle.local == null) {
      return oracle.sum(step, lo, hi, at);
    }
    if (hi - lo == 1) {
      float[] end = oracle.localSteps(step, lo, at);
      float[] delta =
          LocalDelta.of(at, end, simulation.parts.weight(oracle.slots.examplesInSlot(step, lo)));
      oracle.sign(lo, delta);
      return delta;
    }
    int middle = ReductionTree.split(lo, hi);
    float[] left = sum(step, lo, middle, at);
    float[] right = sum(step, middle, hi, at);
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  @Override
  public void onPushed(int generation, long step) {
    computing = false;
    int from = Integer.MAX_VALUE;
    int to = 0;
    for (TreeNode node : life.nodes()) {
      from = Math.min(from, node.lo());
      to = Math.max(to, node.hi());
    }
    int examples = oracle.slots.offsetOfSlot(step, to) - oracle.slots.offsetOfSlot(step, from);
    steps.add(
        new StepReport(
            generation,
            step,
            new SlotRange(from, to),
            new StepReport.Score(examples, examples),
            new StepReport.Times(1, 1, 1),
            new StepReport.Traffic(life.sentBytes(), 1, life.encoding()),
            life.nonFinite()));
  }

  /** It is to leave in good order. */
  void leave() {
    life.leave();
  }

  void seal(int forming) {
    if (!life.isFinished() && inbox.seal(forming)) {
      computing = false;
    }
    wake();
  }

  WorkerReport report() {
    return new WorkerReport(
        self,
        inbox.sealed(),
        inbox.endpoint(),
        !computing,
        entered != null && entered.generation() == inbox.sealed() && life.isBroken(),
        life.taken(),
        life.waitsFor(simulation.scheduler.now()),
        life.isFinished(),
        List.copyOf(steps),
        life.hasLeft() ? life.encoding() : null,
        null);
  }

  /** The first so many reported steps have arrived. */
  void acknowledge(int count) {
    steps.subList(0, Math.min(count, steps.size())).clear();
  }

  int unacknowledged() {
    return steps.size();
  }

  private List<Kept> kept() {
    List<Kept> kept = new ArrayList<>();
    for (Residual residual : life.residuals()) {
      Block block = oracle.plan.blocks().get(residual.block());
      float[] floats = new float[block.length()];
      // A block of several codecs has several residuals: those are not accounted for.
      boolean whole =
          !residual.state().isEmpty()
              && residual.state().get(0).capacity() == floats.length * Float.BYTES;
      for (int i = 0; i < floats.length && whole; i++) {
        floats[i] = residual.state().get(0).getFloat(i * Float.BYTES);
      }
      kept.add(new Kept(block, residual.node().lo(), floats));
    }
    return kept;
  }

  /**
   * Adds what it keeps back, or has taken with it, to the vector: of a step that did not count by
   * the generation after its last, what it kept back before.
   */
  void addKept(double[] sum) {
    List<Kept> now = keptAtEnd == null ? kept() : keptAtEnd;
    List<Kept> before = keptBefore == null ? now : keptBefore;
    Membership last = entered;
    Map.Entry<Integer, Membership> next =
        last == null ? null : session.run.generations.higherEntry(last.generation());
    for (int k = 0; k < now.size(); k++) {
      Kept one = now.get(k);
      boolean counts =
          next == null || life.step() - 1 < next.getValue().lacks(one.block().group(), one.slot());
      Kept valid = counts ? one : before.get(k);
      for (int i = 0; i < valid.floats().length; i++) {
        sum[(int) one.block().offset() + i] += valid.floats()[i];
      }
    }
  }

  /** Ends the task. */
  void stop() {
    turns.stop();
    inbox.close();
    if (oracle.lossy) {
      keptAtEnd = kept();
    }
    life.close();
  }
}
