package io.trireme.worker.sim;

import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerMember;
import io.trireme.common.control.WorkerMember;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.server.kernel.BlockSum;
import io.trireme.server.kernel.SumProgram;
import io.trireme.server.protocol.ServerCore;
import io.trireme.server.protocol.ServerOptions;
import io.trireme.worker.protocol.WorkerCore;
import io.trireme.worker.protocol.WorkerOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One job of servers and workers, run to its end by a seeded scheduler. */
final class SimulatedJob {

  /** Blocks of different lengths, the third and fourth in one group. */
  static final BlockPlan PLAN =
      new BlockPlan(
          List.of(
              new Block(0, 0, 5, 0),
              new Block(1, 5, 7, 1),
              new Block(2, 12, 20_000, 2),
              new Block(3, 20_012, 9, 2),
              new Block(4, 20_021, 3, 3)),
          List.of(
              new BlockGroup(0, 0, 1, 0, 5),
              new BlockGroup(1, 1, 1, 5, 7),
              new BlockGroup(2, 2, 2, 12, 20_009),
              new BlockGroup(3, 4, 1, 20_021, 3)));

  static final int LENGTH = 20_024;

  private final SplittableRandom random;
  private final SlotPlan slots;
  private final double clip;
  private final SimulatedNetwork network;
  private final JobKey key = new JobKey(new byte[JobKey.LENGTH]);
  private final List<ServerCore> servers = new ArrayList<>();
  private final List<SecureReceiver> serverInputs = new ArrayList<>();
  private final List<SimulatedWorker> workers = new ArrayList<>();

  SimulatedJob(
      long seed,
      SlotPlan slots,
      long steps,
      int workerCount,
      int serverCount,
      double clip,
      SimulatedNetwork.Tamper tamper) {
    this.random = new SplittableRandom(seed);
    this.slots = slots;
    this.clip = clip;
    this.network = new SimulatedNetwork(random.split(), tamper);
    List<ServerMember> serverMembers = new ArrayList<>();
    for (int s = 0; s < serverCount; s++) {
      serverMembers.add(addServer(s, serverCount, steps));
    }
    List<WorkerMember> workerMembers = new ArrayList<>();
    for (int w = 0; w < workerCount; w++) {
      workerMembers.add(addWorker(w, workerCount, steps));
    }
    Membership membership = new Membership(1, workerMembers, serverMembers);
    for (int s = 0; s < serverCount; s++) {
      SecureReceiver input = serverInputs.get(s);
      workerMembers.forEach(worker -> input.admit(worker.peer()));
      serverMembers.forEach(server -> input.admit(server.peer()));
      servers.get(s).enter(membership, connector(serverMembers.get(s).peer()));
    }
    for (SimulatedWorker worker : workers) {
      serverMembers.forEach(server -> worker.input.admit(server.peer()));
      worker.core.enter(membership, connector(worker.self));
    }
  }

  private Connector connector(Peer self) {
    return (to, endpoint) -> new SecureSender(key, self, to, endpoint, network.connect(endpoint));
  }

  private ServerMember addServer(int index, int count, long steps) {
    Peer self = Peer.server(index, 1000 + index);
    int groups = PLAN.groups().size();
    int from = groups * index / count;
    int to = groups * (index + 1) / count;
    float[] initial = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      initial[i] = (i % 17) * 0.37f - 2;
    }
    ServerCore core =
        new ServerCore(
            new ServerOptions(self, PLAN, slots, 0, steps, from, to, clip, Long.MAX_VALUE),
            group -> new PlainUpdater(PLAN, group, initial));
    Inbound inbound = network.listen();
    SecureReceiver input = new SecureReceiver(key, self, inbound, core);
    core.countInto(input.rejections());
    servers.add(core);
    serverInputs.add(input);
    return new ServerMember(self, inbound.endpoint(), from, to);
  }

  private WorkerMember addWorker(int index, int count, long steps) {
    Inbound inbound = network.listen();
    SimulatedWorker worker = new SimulatedWorker(Peer.worker(index, 2000 + index), inbound, steps);
    workers.add(worker);
    return new WorkerMember(
        worker.self,
        inbound.endpoint(),
        slots.slots() * index / count,
        slots.slots() * (index + 1) / count);
  }

  /** Runs to the end and returns the parameters, which all workers must share. */
  float[] run() {
    int turns = 0;
    while (workers.stream().anyMatch(worker -> !worker.finished)) {
      if (turns++ > 2_000_000) {
        throw new AssertionError(
            "stalled: "
                + servers.stream().map(ServerCore::waitsFor).toList()
                + workers.stream().map(worker -> worker.core.waitsFor()).toList());
      }
      int pick = random.nextInt(servers.size() + workers.size());
      if (pick < servers.size()) {
        serverInputs.get(pick).poll(4);
        servers.get(pick).doWork(turns);
      } else {
        workers.get(pick - servers.size()).turn(turns);
      }
    }
    float[] result = workers.get(0).floats();
    for (SimulatedWorker worker : workers) {
      if (!java.util.Arrays.equals(result, worker.floats())) {
        throw new AssertionError(worker.self + " ends with other parameters than worker 0");
      }
    }
    return result;
  }

  List<SecureReceiver> serverInputs() {
    return serverInputs;
  }

  private final class SimulatedWorker {
    final Peer self;
    final UnsafeBuffer parameters =
        new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH * Float.BYTES));
    final WorkerCore core;
    final SecureReceiver input;
    final long steps;
    boolean finished;
    private int node = -1;

    SimulatedWorker(Peer self, Inbound inbound, long steps) {
      this.self = self;
      this.steps = steps;
      core =
          new WorkerCore(
              new WorkerOptions(self, PLAN, new ReductionTree(slots.slots()), 0, Long.MAX_VALUE),
              parameters);
      input = new SecureReceiver(key, self, inbound, core);
      core.countInto(input.rejections());
    }

    void turn(long now) {
      input.poll(4);
      core.pump(now);
      if (node >= 0) {
        if (core.isPushed(now)) {
          pushNext();
        }
      } else if (core.isReady() && core.awaitedStep() == steps) {
        finished = true;
      } else if (core.isReady()) {
        core.beginStep();
        pushNext();
      }
    }

    private void pushNext() {
      node++;
      if (node == core.nodes().size()) {
        node = -1;
        return;
      }
      TreeNode next = core.nodes().get(node);
      core.push(next, fold(core.awaitedStep() - 1, next.lo(), next.hi()));
    }

    private UnsafeBuffer fold(long step, int lo, int hi) {
      if (hi - lo == 1) {
        return gradient(step, lo);
      }
      int middle = ReductionTree.split(lo, hi);
      UnsafeBuffer left = fold(step, lo, middle);
      new BlockSum()
          .sum(
              SumProgram.over(
                  new ReductionTree(2), List.of(new TreeNode(0, 1), new TreeNode(1, 2))),
              new DirectBuffer[] {left, fold(step, middle, hi)},
              left,
              0,
              LENGTH);
      return left;
    }

    private UnsafeBuffer gradient(long step, int slot) {
      UnsafeBuffer sum = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH * Float.BYTES));
      int examples = slots.examplesInSlot(step, slot);
      for (int i = 0; i < LENGTH && examples > 0; i++) {
        float p = parameters.getFloat(i * Float.BYTES);
        sum.putFloat(
            i * Float.BYTES,
            p * 0.3f * examples + (float) Math.pow(1.7, (slot * 31 + step * 7 + i) % 13) - 9f);
      }
      return sum;
    }

    float[] floats() {
      float[] floats = new float[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        floats[i] = parameters.getFloat(i * Float.BYTES);
      }
      return floats;
    }
  }
}
