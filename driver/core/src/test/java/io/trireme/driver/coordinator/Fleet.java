package io.trireme.driver.coordinator;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.message.SlotRange;
import io.trireme.common.message.StepRange;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator and executors that do at once what they are told, as reports and orders show it:
 * time passes, and reports are made, when the test says so. All servers are at one step unless the
 * test says otherwise.
 */
final class Fleet {
  static final String RUN = "run-1";
  static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  static final long LEASE_NS = 10 * SECOND_NS;
  static final long STALL_NS = 30 * SECOND_NS;
  static final long STEP_NS = 300 * SECOND_NS;
  static final long JOIN_NS = 120 * SECOND_NS;
  static final Endpoint PLACE = new Endpoint("host", 1, "driver", 2);

  final Coordinator coordinator;
  final Map<String, Executor> executors = new TreeMap<>();
  long nowNs = SECOND_NS;
  long step;
  private final int groups;
  private long incarnation = 100;

  /** Of four groups, four slots and steps 0 to 9. */
  Fleet(int minWorkers, int servers, int replicas) {
    this(minWorkers, 4, List.of(10L, 10L, 10L, 10L), servers, replicas);
  }

  Fleet(int minWorkers, int slots, List<Long> groupLengths, int servers, int replicas) {
    groups = groupLengths.size();
    coordinator =
        new Coordinator(
            new CoordinatorOptions(
                RUN,
                minWorkers,
                slots,
                new CoordinatorOptions.Servers(servers, replicas, groupLengths),
                new StepRange(0, 9),
                new Deadlines(LEASE_NS, STALL_NS, STEP_NS, JOIN_NS),
                3),
            new FencedLives(() -> ++incarnation),
            new NoCheckpoints(),
            new FixedCodecs());
  }

  /** What one executor has. */
  final class Executor {
    final String id;
    final Map<Peer, Server> servers = new LinkedHashMap<>();
    final List<Worker> workers = new ArrayList<>();
    int known;
    boolean starting;
    @Nullable String failure;
    @Nullable JobOrders orders;

    Executor(String id) {
      this.id = id;
    }

    /** Adds a worker that has just taken its seat. */
    Worker worker(int index) {
      Worker made = new Worker(Peer.worker(index, ++incarnation));
      workers.add(made);
      return made;
    }

    Server server(int index) {
      return servers.values().stream()
          .filter(server -> server.peer.index() == index)
          .findFirst()
          .orElseThrow();
    }

    /** Reports, and does as it is told. */
    JobOrders report() {
      JobOrders answer = say();
      follow(answer);
      return answer;
    }

    /** Reports, but the answer is lost. */
    JobOrders say() {
      JobReport job =
          new JobReport(
              RUN,
              known,
              servers.values().stream().map(Server::report).toList(),
              workers.stream().map(Worker::report).toList(),
              CheckpointReport.NONE,
              List.of(),
              failure);
      return coordinator.onReport(new ExecutorReport(id, "host" + id, List.of(job)), nowNs);
    }

    private void follow(JobOrders answer) {
      orders = answer;
      workers.forEach(worker -> worker.steps.clear());
      servers
          .keySet()
          .removeIf(
              life -> answer.servers().stream().noneMatch(order -> order.peer().equals(life)));
      for (ServerOrder order : answer.servers()) {
        servers.computeIfAbsent(order.peer(), unused -> new Server(order));
      }
      workers.removeIf(worker -> answer.fenced().contains(worker.peer));
      servers.values().forEach(server -> server.ready |= !starting);
      Membership formed = answer.membership();
      if (formed != null) {
        known = formed.generation();
      }
      servers.values().forEach(server -> server.follow(answer.forming(), formed));
      workers.forEach(worker -> worker.follow(answer.forming(), formed));
    }
  }

  /** One life of a server. */
  final class Server {
    final Peer peer;
    final ServerOrder order;
    boolean ready;
    boolean deaf;
    boolean broken;

    /** Whether a state that is sent to it arrives. */
    boolean slow;

    long moved;
    @Nullable FailureReport failure;
    int sealed;

    /** The step of each group that it holds whole. */
    final Map<Integer, Long> held = new TreeMap<>();

    /** Groups that it is being sent. */
    private final List<Integer> coming = new ArrayList<>();

    private int entered;

    Server(ServerOrder order) {
      this.order = order;
      peer = order.peer();
      order.load().forEach(group -> held.put(group, 0L));
    }

    private void follow(int forming, @Nullable Membership formed) {
      if (ready && !deaf && forming > sealed) {
        sealed = forming;
        broken = false;
        coming.clear();
      }
      if (formed != null && formed.generation() == sealed && formed.has(peer)) {
        entered = sealed;
        for (int group = 0; group < groups; group++) {
          GroupHolders holders = formed.groups().get(group);
          if (holders.backup() == peer.index() && !holders.current()) {
            held.remove(group);
            coming.add(group);
          } else if (holders.primary() != peer.index() && holders.backup() != peer.index()) {
            held.remove(group);
          }
        }
      }
      if (!slow) {
        coming.forEach(group -> held.put(group, step));
        coming.clear();
      }
    }

    private ServerReport report() {
      List<GroupStep> steps = new ArrayList<>();
      if (sealed > entered) {
        held.forEach((group, at) -> steps.add(new GroupStep(group, at == 0 ? step : at, entered)));
      }
      return new ServerReport(
          peer,
          ready,
          sealed,
          sealed == 0 ? null : PLACE,
          steps,
          coming.isEmpty(),
          broken,
          moved,
          0,
          peer + " waits for slots",
          Map.of(Rejection.DUPLICATE, 1L + peer.index()),
          failure);
    }
  }

  /** One life of a worker. */
  final class Worker {
    final Peer peer;
    final List<StepReport> steps = new ArrayList<>();
    boolean waiting = true;
    boolean deaf;
    boolean broken;
    boolean finished;
    @Nullable EncodingReport left;
    long moved;
    @Nullable FailureReport failure;
    int sealed;
    @Nullable WorkerMember seat;

    Worker(Peer peer) {
      this.peer = peer;
    }

    private void follow(int forming, @Nullable Membership formed) {
      if (finished) {
        return;
      }
      if (!deaf && forming > sealed) {
        sealed = forming;
        broken = false;
        seat = null;
      }
      if (formed != null && formed.generation() == sealed) {
        formed.workers().stream()
            .filter(member -> member.peer().equals(peer))
            .forEach(member -> seat = member);
      }
    }

    /** Has computed a step, with its slots, one example each. */
    Worker computed(long computedStep, double scoreSum) {
      WorkerMember member = seat;
      if (member == null) {
        throw new AssertionError(peer + " is no member");
      }
      steps.add(stepReport(sealed, computedStep, member.slotFrom(), member.slotTo(), scoreSum));
      return this;
    }

    private WorkerReport report() {
      return new WorkerReport(
          peer,
          sealed,
          sealed == 0 ? null : PLACE,
          waiting,
          broken,
          moved,
          peer + " waits for blocks",
          finished,
          steps,
          left,
          failure);
    }
  }

  static StepReport stepReport(
      int generation, long step, int slotFrom, int slotTo, double scoreSum) {
    return timed(generation, step, slotFrom, slotTo, scoreSum, 10);
  }

  static StepReport timed(
      int generation, long step, int slotFrom, int slotTo, double scoreSum, long computeNs) {
    return new StepReport(
        generation,
        step,
        new SlotRange(slotFrom, slotTo),
        new StepReport.Score(slotTo - slotFrom, scoreSum),
        new StepReport.Times(computeNs, 0, 20),
        new StepReport.Traffic(1000, 2000, EncodingReport.NOTHING),
        null);
  }

  /** The executor of this id, which is new if there was none. */
  Executor executor(String id) {
    return executors.computeIfAbsent(id, Executor::new);
  }

  /** Every executor reports once, a tenth of a second later. */
  void round() {
    nowNs += SECOND_NS / 10;
    List.copyOf(executors.values()).forEach(Executor::report);
    coordinator.onTick(nowNs);
  }

  void rounds(int count) {
    for (int i = 0; i < count; i++) {
      round();
    }
  }

  /** Lets time pass in rounds. */
  void pass(long ns) {
    long end = nowNs + ns;
    while (nowNs < end) {
      round();
    }
  }

  /** Executors 1 to n, one worker on each, and servers given out over them: training. */
  Fleet train(int count) {
    for (int i = 1; i <= count; i++) {
      executor(String.valueOf(i));
    }
    round();
    coordinator.place();
    for (int i = 1; i <= count; i++) {
      executor(String.valueOf(i)).worker(i - 1);
    }
    rounds(6);
    return this;
  }

  /** All members compute a step, and all servers are then at the next. */
  void computeStep() {
    long computed = step++;
    for (Executor executor : executors.values()) {
      executor.workers.stream()
          .filter(worker -> worker.seat != null)
          .forEach(worker -> worker.computed(computed, 1));
    }
    round();
  }

  /** An executor is gone, and Spark says so. */
  void kill(String id) {
    executors.remove(id);
    coordinator.onExecutorLost(id, "heartbeat timed out", nowNs);
  }

  Membership membership() {
    Membership formed = coordinator.membership();
    if (formed == null) {
      throw new AssertionError("no generation is formed; " + coordinator.phase());
    }
    return formed;
  }

  String failure() {
    String failure = coordinator.failure();
    if (failure == null) {
      throw new AssertionError("the run has not failed; " + coordinator.phase());
    }
    return failure;
  }

  /** Such as "worker 0: 0-2". */
  List<String> seats() {
    return membership().workers().stream()
        .map(member -> member.peer() + ": " + member.slotFrom() + "-" + member.slotTo())
        .toList();
  }

  /** Such as "0+1" for a primary and its backup, "0<1" for one that is to be sent the state. */
  List<String> holders() {
    return membership().groups().stream().map(Fleet::words).toList();
  }

  static String words(GroupHolders holders) {
    if (holders.backup() == GroupHolders.NONE) {
      return String.valueOf(holders.primary());
    }
    return holders.primary() + (holders.current() ? "+" : "<") + holders.backup();
  }
}
