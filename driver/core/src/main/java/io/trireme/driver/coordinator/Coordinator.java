package io.trireme.driver.coordinator;

import io.trireme.common.message.CodecSwitch;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single owner of one run's membership, placement and completion. Executors report what is so,
 * and are told what should be so; either may be repeated or lost without harm. Driven by one thread
 * at a time.
 *
 * <p>Whatever happens to members (one is lost, one joins, a session breaks, nobody moves) is got
 * over in one way: everybody seals for the next generation, which stops the one before; from what
 * the servers then hold follows the step with which everybody goes on.
 */
public final class Coordinator {

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  /** Generations in a row that may end without a step before the run is given up. */
  private static final int FRUITLESS_GENERATIONS = 4;

  private final CoordinatorOptions options;
  private final LongSupplier incarnations;
  private final Placement placement;
  private final StepLedger steps;
  private final Stragglers stragglers = new Stragglers();
  private final Losses losses = new Losses();
  private final SkippedSteps skipped;
  private final Map<String, ExecutorView> executors = new TreeMap<>();
  private final Set<String> removedExecutors = new HashSet<>();
  private final Map<String, Long> silentSinceNs = new TreeMap<>();
  private final Map<Integer, ServerView> servers = new TreeMap<>();
  private final Map<Integer, WorkerView> workers = new TreeMap<>();
  private final Set<Peer> fenced = new HashSet<>();

  /** Which slots, and with them stored residuals, each life had in the first generation. */
  private final Map<Peer, WorkerMember> heirs = new HashMap<>();

  private List<GroupHolders> holders = List.of();
  private int serversPerExecutor = Integer.MAX_VALUE;
  private Phase phase = Phase.GATHERING;
  private int forming;
  private @Nullable Membership membership;
  private @Nullable String failure;
  private int fruitless;
  private long formingSinceNs;
  private long waitingSinceNs;
  private long aloneSinceNs;
  private long crampedSinceNs;
  private boolean stalled;
  private boolean mayImprove;
  private boolean lost;
  private final @Nullable CheckpointPlan checkpoints;
  private final @Nullable CodecPolicy codecs;

  /**
   * A coordinator of a run that has not begun, and writes no checkpoints.
   *
   * @param incarnations numbers of which none comes twice
   */
  public Coordinator(CoordinatorOptions options, LongSupplier incarnations) {
    this(options, incarnations, null);
  }

  /**
   * A coordinator of a run that has not begun.
   *
   * @param incarnations numbers of which none comes twice
   * @param checkpoints when checkpoints are due; null if never
   */
  public Coordinator(
      CoordinatorOptions options, LongSupplier incarnations, @Nullable CheckpointPlan checkpoints) {
    this(options, incarnations, checkpoints, null);
  }

  /**
   * A coordinator of a run that has not begun.
   *
   * @param codecs chooses the codecs; null if they do not change
   */
  public Coordinator(
      CoordinatorOptions options,
      LongSupplier incarnations,
      @Nullable CheckpointPlan checkpoints,
      @Nullable CodecPolicy codecs) {
    this.codecs = codecs;
    this.options = options;
    this.checkpoints = checkpoints;
    this.incarnations = incarnations;
    this.placement = new Placement(options.groupLengths(), options.replicas());
    this.skipped = new SkippedSteps(options.maxSkippedSteps());
    this.steps =
        new StepLedger(
            options.slots(), options.firstStep(), codecs == null ? unused -> {} : codecs::note);
  }

  /** Takes an executor's report and answers with its orders. */
  public JobOrders onReport(ExecutorReport report, long nowNs) {
    if (isRemoved(report.executor())) {
      return new JobOrders(options.run(), List.of(), livesIn(report), 0, null, 0, true, "lost");
    }
    ExecutorView executor =
        executors.computeIfAbsent(report.executor(), id -> new ExecutorView(id, report.host()));
    executor.lastHeardNs = nowNs;
    silentSinceNs.remove(report.executor());
    for (JobReport job : report.jobs()) {
      if (job.run().equals(options.run()) && !phase.isOver()) {
        executor.knownGeneration = job.generation();
        onJobReport(executor, job, nowNs);
      }
    }
    return ordersOf(executor, report);
  }

  private JobOrders ordersOf(ExecutorView executor, ExecutorReport report) {
    List<ServerOrder> ordered =
        servers.values().stream()
            .filter(server -> server.executor == executor)
            .map(server -> server.order)
            .toList();
    Membership formed = membership;
    boolean news = formed != null && formed.generation() != executor.knownGeneration;
    return new JobOrders(
        options.run(),
        ordered,
        livesIn(report).stream().filter(this::isFenced).toList(),
        forming,
        news ? formed : null,
        checkpoints == null ? 0 : checkpoints.announced(),
        phase.isOver(),
        failure);
  }

  private List<Peer> livesIn(ExecutorReport report) {
    return report.jobs().stream()
        .filter(job -> job.run().equals(options.run()))
        .flatMap(job -> job.workers().stream())
        .map(WorkerReport::peer)
        .toList();
  }

  private void onJobReport(ExecutorView executor, JobReport job, long nowNs) {
    String reason = job.failure();
    if (reason != null) {
      if (duties(executor).isEmpty()) {
        LOG.warn("run {}: {} cannot take part: {}", options.run(), executor, reason);
      } else {
        fail(executor + ": " + reason);
      }
      return;
    }
    if (checkpoints != null) {
      checkpoints.note(job.checkpoint(), nowNs);
    }
    if (codecs != null) {
      codecs.note(job.rates());
    }
    for (ServerReport server : job.servers()) {
      onServer(server, nowNs);
    }
    for (WorkerReport worker : job.workers()) {
      onWorker(executor, worker, nowNs);
    }
    if (!phase.isOver()) {
      advance(nowNs);
    }
  }

  private void onServer(ServerReport server, long nowNs) {
    ServerView view = servers.get(server.peer().index());
    if (view == null || !view.peer().equals(server.peer())) {
      return;
    }
    if (server.ready() && !view.isReady()) {
      view.readySinceNs = nowNs;
    }
    view.report = server;
    if (server.failure() != null) {
      fail(view + ": " + server.failure());
    }
  }

  private void onWorker(ExecutorView executor, WorkerReport worker, long nowNs) {
    if (isFenced(worker.peer()) || phase.isOver()) {
      return;
    }
    int index = worker.peer().index();
    WorkerView view = workers.get(index);
    if (view == null || !view.peer().equals(worker.peer())) {
      if (view != null) {
        loseWorker(view, "came back as another life", nowNs);
      }
      view = new WorkerView(executor, worker, nowNs);
      workers.put(index, view);
      LOG.info("run {}: {} has joined", options.run(), view);
    }
    if (worker.waiting() || !worker.steps().isEmpty()) {
      view.computesSinceNs = nowNs;
    }
    view.report = worker;
    if (worker.failure() != null) {
      fail(view + ": " + worker.failure());
      return;
    }
    for (StepReport step : worker.steps()) {
      if (!Double.isFinite(step.scoreSum())) {
        fail(diverged(worker.peer(), step));
        return;
      }
      String tooMany = skipped.note(step);
      if (tooMany != null) {
        fail(tooMany);
        return;
      }
      if (checkpoints != null) {
        checkpoints.reached(step.step() + 1, nowNs);
      }
      if (steps.note(worker.peer().incarnation(), step)) {
        stalled = false;
        fruitless = 0;
        stragglers.note(index, step.computeNs());
        if (step.generation() == forming && phase == Phase.TRAINING) {
          losses.overcome(step.step(), nowNs);
        }
      }
    }
    EncodingReport left = worker.left();
    if (left != null) {
      losses.addResidual(steps.leave(worker.peer().incarnation(), left));
      losses.leave(view.toString(), nowNs);
      goOnWithout(view, "has left in good order", nowNs);
    }
  }

  /** Whether a life was given up, so that whatever it says or does is too late. */
  private boolean isFenced(Peer life) {
    return fenced.contains(life);
  }

  /** Whether Spark has given an executor up, so that it is to end whatever it still does. */
  private boolean isRemoved(String executor) {
    return removedExecutors.contains(executor);
  }

  private static String diverged(Peer worker, StepReport step) {
    return "the loss of "
        + worker
        + " at step "
        + step.step()
        + " is no finite number: training has diverged; lower the learning rate, warm it up, or clip the gradient"
        + " (optimizer.clipGlobalNorm)";
  }

  private void advance(long nowNs) {
    if (phase == Phase.PLACING && allReady()) {
      become(Phase.JOINING, "all " + options.servers() + " servers are ready");
    }
    if (phase == Phase.JOINING && workers.size() >= options.minWorkers()) {
      form(workers.size() + " workers have joined", nowNs);
    }
    if (phase == Phase.TRAINING) {
      lookForChange(nowNs);
    }
    if (phase == Phase.TRAINING) {
      lookForCodecs(nowNs);
    }
    if (phase == Phase.FORMING && allSealed()) {
      publish(nowNs);
    }
  }

  private boolean allReady() {
    return servers.size() == options.servers()
        && servers.values().stream().allMatch(ServerView::isReady);
  }

  private List<WorkerView> unfinished() {
    return workers.values().stream().filter(worker -> !worker.report.finished()).toList();
  }

  /** Whether everybody who is to be a member has stopped what belongs to older generations. */
  private boolean allSealed() {
    List<WorkerView> members = unfinished();
    return !members.isEmpty()
        && (membership != null || allReady())
        && servers.values().stream()
            .allMatch(server -> !server.isReady() || server.hasSealed(forming))
        && members.stream().allMatch(worker -> worker.hasSealed(forming));
  }

  /** Forms the next generation if somebody is new, or a session of this one has broken. */
  private void lookForChange(long nowNs) {
    Membership formed = membership;
    if (formed == null || unfinished().isEmpty()) {
      return;
    }
    int generation = formed.generation();
    long workersIn = formed.workers().size();
    for (WorkerView worker : unfinished()) {
      if (!formed.has(worker.peer()) && workersIn < options.slots()) {
        form(worker + " has joined", nowNs);
        return;
      }
      if (worker.report.broken() && worker.hasSealed(generation)) {
        formAgain("a session to " + worker + " has broken", nowNs);
        return;
      }
    }
    for (ServerView server : servers.values()) {
      ServerReport report = server.report;
      if (report != null && report.ready() && !formed.has(server.peer())) {
        form(server + " has joined", nowNs);
        return;
      }
      if (report != null && report.broken() && report.sealed() == generation) {
        formAgain("a session to " + server + " has broken", nowNs);
        return;
      }
    }
    lookForBetterPlaces(formed, nowNs);
  }

  /** Forms the next generation if other codecs are to hold in it. */
  private void lookForCodecs(long nowNs) {
    String why = codecs == null || unfinished().isEmpty() ? null : codecs.change();
    if (why != null) {
      form(why, nowNs);
    }
  }

  /** Forms the next generation if servers that were brought up by now can share the work better. */
  private void lookForBetterPlaces(Membership formed, long nowNs) {
    boolean settled =
        servers.size() == options.servers()
            && servers.values().stream().allMatch(server -> isWhole(server, formed));
    if (!settled) {
      return;
    }
    ServerView mover = mover(servers);
    if (mover != null && isHeldElsewhere(mover, formed)) {
      form("a server can move to an executor with more room", nowNs);
    } else if (mayImprove && options.replicas() > 0) {
      form("servers were brought up and can share the work anew", nowNs);
    }
  }

  /** Whether others hold all that a server holds, so that it can begin again elsewhere. */
  private static boolean isHeldElsewhere(ServerView server, Membership formed) {
    return formed.groups().stream()
        .noneMatch(
            group ->
                group.primary() == server.peer().index() && group.backup() == GroupHolders.NONE);
  }

  private static boolean isWhole(ServerView server, Membership formed) {
    ServerReport report = server.report;
    return report != null
        && report.whole()
        && report.sealed() == formed.generation()
        && report.steps().isEmpty();
  }

  /** A server on an executor with too many of them, while another has room; null if none. */
  private @Nullable ServerView mover(Map<Integer, ServerView> among) {
    if (executors.isEmpty() || hosted(emptiest()) >= serversPerExecutor) {
      return null;
    }
    for (ServerView server : among.values()) {
      if (hosted(server.executor) > serversPerExecutor) {
        return server;
      }
    }
    return null;
  }

  /** Lets a server begin again elsewhere, if others hold all that it holds. */
  private void move(Map<Integer, ServerView> alive) {
    ServerView mover = mover(alive);
    if (mover == null) {
      return;
    }
    int index = mover.peer().index();
    for (int group = 0; group < options.groupLengths().size(); group++) {
      int held = group;
      long step = mover.stepOf(group);
      if (step != ServerView.ABSENT
          && alive.values().stream()
              .noneMatch(other -> other != mover && other.stepOf(held) >= step)) {
        return;
      }
    }
    alive.remove(index);
    order(index, emptiest(), List.of());
    LOG.info("run {}: {} moves to {}", options.run(), mover, servers.get(index));
  }

  private void form(String why, long nowNs) {
    become(Phase.FORMING, why);
    Membership formed = membership;
    forming = formed == null ? 1 : formed.generation() + 1;
    formingSinceNs = nowNs;
    aloneSinceNs = nowNs;
  }

  private void formAgain(String why, long nowNs) {
    fruitless++;
    if (fruitless > FRUITLESS_GENERATIONS) {
      failOfLoss(
          why + ", and " + FRUITLESS_GENERATIONS + " fresh starts did not help" + whoWaits());
    } else {
      LOG.warn("run {}: {}{}", options.run(), why, whoWaits());
      form(why, nowNs);
    }
  }

  private void publish(long nowNs) {
    Map<Integer, ServerView> alive = new TreeMap<>(servers);
    alive.values().removeIf(server -> !server.hasSealed(forming));
    if (membership != null) {
      move(alive);
    }
    List<GroupHolders> next = placement.next(holders, alive);
    if (next == null) {
      failOfLoss(
          "block groups are lost with "
              + losses.described()
              + ": no other server held them (servers.replicas: "
              + options.replicas()
              + "); set servers: { count: 2, replicas: 1 } or more to survive the loss of a server");
      return;
    }
    Cut cut = Cut.of(next, alive);
    long first = cut.first();
    long last = cut.last();
    if (!cut.fits()) {
      failOfLoss(
          "the newest state of some block groups is lost with "
              + losses.described()
              + ": what is left is of steps "
              + first
              + " to "
              + last
              + ", which no longer fit together");
      return;
    }
    // What changed now has to be brought up first; then it may be improved on.
    mayImprove = !next.equals(holders);
    holders = next;
    List<ServerMember> serverMembers = new ArrayList<>();
    alive.values().forEach(server -> serverMembers.add(memberOf(server)));
    List<WorkerMember> workerMembers = workerMembers();
    CodecSwitch schedule =
        codecs == null ? null : codecs.enter(first, workerMembers.size(), serverMembers.size());
    membership =
        new Membership(forming, first, cut.slots(), workerMembers, serverMembers, next, schedule);
    steps.pass(first);
    stalled = false;
    unfinished().forEach(worker -> worker.computesSinceNs = nowNs);
    become(
        Phase.TRAINING,
        "generation "
            + forming
            + " goes on with step "
            + first
            + ", "
            + membership.workers().size()
            + " workers and "
            + alive.size()
            + " servers");
  }

  private List<WorkerMember> workerMembers() {
    List<WorkerView> views = unfinished();
    int count = Math.min(views.size(), options.slots());
    List<WorkerMember> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      WorkerView worker = views.get(i);
      int from = (int) ((long) options.slots() * i / count);
      int to = (int) ((long) options.slots() * (i + 1) / count);
      Endpoint endpoint = endpoint(worker.peer(), worker.report.endpoint());
      if (membership == null) {
        heirs.put(worker.peer(), new WorkerMember(worker.peer(), endpoint, from, to));
      }
      WorkerMember heir = heirs.get(worker.peer());
      members.add(
          new WorkerMember(
              worker.peer(),
              endpoint,
              from,
              to,
              heir == null ? 0 : heir.slotFrom(),
              heir == null ? 0 : heir.slotTo()));
    }
    return members;
  }

  private static ServerMember memberOf(ServerView server) {
    ServerReport report = server.report;
    return new ServerMember(
        server.peer(), endpoint(server.peer(), report == null ? null : report.endpoint()));
  }

  private static Endpoint endpoint(Peer peer, @Nullable Endpoint endpoint) {
    if (endpoint == null) {
      throw new IllegalStateException(peer + " has sealed without an endpoint");
    }
    return endpoint;
  }

  /** Gives the servers out over the executors that are there, in turn. */
  public void place() {
    if (executors.isEmpty()) {
      throw new IllegalStateException("no executor has reported yet");
    }
    become(Phase.PLACING, "executors " + executors.values());
    List<ExecutorView> hosts = new ArrayList<>(executors.values());
    List<ExecutorView> homes = new ArrayList<>();
    for (int server = 0; server < options.servers(); server++) {
      homes.add(hosts.get(server % hosts.size()));
    }
    serversPerExecutor = (options.servers() + hosts.size() - 1) / hosts.size();
    holders = placement.first(options.servers(), homes);
    for (int server = 0; server < options.servers(); server++) {
      order(server, homes.get(server), groupsOf(server));
    }
  }

  private List<Integer> groupsOf(int server) {
    List<Integer> groups = new ArrayList<>();
    for (int group = 0; group < holders.size(); group++) {
      if (holders.get(group).primary() == server || holders.get(group).backup() == server) {
        groups.add(group);
      }
    }
    return groups;
  }

  private void order(int server, ExecutorView home, List<Integer> load) {
    Peer life = Peer.server(server, incarnations.getAsLong());
    servers.put(server, new ServerView(new ServerOrder(life, load), home));
  }

  /** Gives servers that were lost a new life, on executors that have room for them. */
  private void placeLost(long nowNs) {
    if (phase == Phase.GATHERING || executors.isEmpty() || servers.size() == options.servers()) {
      crampedSinceNs = nowNs;
      return;
    }
    boolean cramped = nowNs - crampedSinceNs > options.leaseNs();
    for (int server = 0; server < options.servers(); server++) {
      if (servers.containsKey(server)) {
        continue;
      }
      ExecutorView home = emptiest();
      if (hosted(home) >= serversPerExecutor && !cramped) {
        return;
      }
      order(server, home, membership == null ? groupsOf(server) : List.of());
      LOG.info("run {}: {} is to live again", options.run(), servers.get(server));
    }
  }

  private ExecutorView emptiest() {
    ExecutorView best = null;
    for (ExecutorView executor : executors.values()) {
      if (best == null || hosted(executor) < hosted(best)) {
        best = executor;
      }
    }
    if (best == null) {
      throw new IllegalStateException("there is no executor");
    }
    return best;
  }

  private long hosted(ExecutorView executor) {
    return servers.values().stream().filter(server -> server.executor == executor).count();
  }

  /** Number of executors that have reported and were not lost. */
  public int executors() {
    return executors.size();
  }

  /** Looks for members that have been silent or busy too long, and for a run that stands still. */
  public void onTick(long nowNs) {
    if (phase.isOver() || phase == Phase.GATHERING) {
      return;
    }
    for (ExecutorView executor : List.copyOf(executors.values())) {
      long silentNs = nowNs - executor.lastHeardNs;
      if (silentNs > options.leaseNs()) {
        executors.remove(executor.id);
        silentSinceNs.put(executor.id, nowNs);
        lose(executor, "silent for " + seconds(silentNs) + " s", nowNs);
      }
    }
    placeLost(nowNs);
    if (checkpoints != null) {
      checkpoints.onTick(nowNs);
    }
    switch (phase) {
      case FORMING -> lookForUnsealed(nowNs);
      case TRAINING -> lookForStandstill(nowNs);
      default -> {}
    }
    if (!phase.isOver()) {
      advance(nowNs);
    }
  }

  private void lookForUnsealed(long nowNs) {
    if (unfinished().isEmpty()) {
      if (nowNs - aloneSinceNs > options.joinNs()) {
        failOfLoss(
            "no worker is left ("
                + losses.described()
                + "), and none came back in "
                + seconds(options.joinNs())
                + " s; does Spark have executors for them?");
      }
      return;
    }
    aloneSinceNs = nowNs;
    for (ServerView server : List.copyOf(servers.values())) {
      long sinceNs = Math.max(formingSinceNs, server.readySinceNs);
      if (server.isReady() && !server.hasSealed(forming) && nowNs - sinceNs > options.leaseNs()) {
        loseServer(server, "did not seal for generation " + forming, nowNs);
      }
    }
    for (WorkerView worker : List.copyOf(workers.values())) {
      long sinceNs = Math.max(formingSinceNs, worker.joinedNs);
      if (!worker.report.finished()
          && !worker.hasSealed(forming)
          && nowNs - sinceNs > options.leaseNs()) {
        loseWorker(worker, "did not seal for generation " + forming, nowNs);
      }
    }
    if (!allReady() && nowNs - formingSinceNs > options.joinNs()) {
      failOfLoss("the servers were not ready for generation " + forming + whoWaits());
    }
  }

  private void lookForStandstill(long nowNs) {
    List<WorkerView> members = unfinished();
    if (members.isEmpty()) {
      return;
    }
    for (WorkerView worker : members) {
      if (!worker.report.waiting() && nowNs - worker.computesSinceNs > options.stepNs()) {
        loseWorker(
            worker,
            "has computed one step for "
                + seconds(options.stepNs())
                + " s (sync.stepTimeoutSeconds waits longer)",
            nowNs);
        return;
      }
    }
    boolean waiting = members.stream().allMatch(worker -> worker.report.waiting());
    if (!waiting || !stalled) {
      stalled = waiting;
      waitingSinceNs = nowNs;
    } else if (nowNs - waitingSinceNs > options.stallNs()) {
      formAgain("nothing moved for " + seconds(nowNs - waitingSinceNs) + " s", nowNs);
    }
  }

  private static long seconds(long ns) {
    return TimeUnit.NANOSECONDS.toSeconds(ns);
  }

  private String whoWaits() {
    StringBuilder who = new StringBuilder();
    unfinished().forEach(worker -> who.append("; ").append(worker.report.waitsFor()));
    for (ServerView server : servers.values()) {
      ServerReport report = server.report;
      who.append("; ").append(report == null ? server + " is silent" : report.waitsFor());
      if (report != null && !report.dropped().isEmpty()) {
        who.append(", dropped ").append(report.dropped());
      }
    }
    return who.toString();
  }

  /** Notes that Spark has given an executor up. */
  public void onExecutorLost(String executorId, String why, long nowNs) {
    removedExecutors.add(executorId);
    silentSinceNs.remove(executorId);
    ExecutorView executor = executors.remove(executorId);
    if (executor != null && !phase.isOver()) {
      lose(executor, why.isBlank() ? "Spark has given it up" : why, nowNs);
      placeLost(nowNs);
      advance(nowNs);
    }
  }

  private void lose(ExecutorView executor, String why, long nowNs) {
    LOG.warn("run {}: {} is lost ({}); it had {}", options.run(), executor, why, duties(executor));
    boolean member = false;
    for (ServerView server : List.copyOf(servers.values())) {
      if (server.executor == executor) {
        loseServer(server, why, nowNs);
        member = true;
      }
    }
    for (WorkerView worker : List.copyOf(workers.values())) {
      if (worker.executor == executor && !worker.report.finished()) {
        loseWorker(worker, why, nowNs);
        member = true;
      }
    }
    if (member && phase == Phase.JOINING) {
      become(Phase.PLACING, "servers are to live again");
    }
    if (member && phase == Phase.TRAINING) {
      form(executor + " is lost", nowNs);
    }
  }

  private void loseServer(ServerView server, String why, long nowNs) {
    servers.remove(server.peer().index());
    losses.add(server.toString(), why, false, nowNs - server.executor.lastHeardNs, nowNs);
  }

  private void loseWorker(WorkerView worker, String why, long nowNs) {
    losses.addResidual(steps.loseResidual(worker.peer().incarnation()));
    losses.add(worker.toString(), why, true, nowNs - worker.executor.lastHeardNs, nowNs);
    goOnWithout(worker, "is lost: " + why, nowNs);
  }

  private void goOnWithout(WorkerView worker, String why, long nowNs) {
    workers.remove(worker.peer().index());
    fenced.add(worker.peer());
    Membership formed = membership;
    if (phase == Phase.TRAINING && formed != null && formed.has(worker.peer())) {
      form(worker + " " + why, nowNs);
    }
  }

  private List<Peer> duties(ExecutorView executor) {
    return Duties.of(executor, servers.values(), workers.values());
  }

  /** Ends the run, whose results the driver has. */
  public void finish() {
    if (!phase.isOver()) {
      become(Phase.FINISHED, "the driver has the workers' results");
    }
  }

  /** Ends the run; the first reason stands. */
  public void fail(String reason) {
    if (!phase.isOver()) {
      failure = reason;
      become(Phase.FAILED, reason);
    }
  }

  /** Ends the run for the loss of members, not for anything that it did. */
  private void failOfLoss(String reason) {
    lost = true;
    fail(reason);
  }

  /** Whether the run failed for what was lost, so that it may go on from a checkpoint. */
  public boolean isLost() {
    return lost;
  }

  /** When checkpoints are due; null if never. */
  public @Nullable CheckpointPlan checkpoints() {
    return checkpoints;
  }

  private void become(Phase next, String why) {
    if (!phase.mayBecome(next)) {
      throw new IllegalStateException(
          "run " + options.run() + " cannot go from " + phase + " to " + next);
    }
    LOG.info("run {}: {} -> {}: {}", options.run(), phase, next, why);
    phase = next;
  }

  /** Where the run stands. */
  public Phase phase() {
    return phase;
  }

  /** Why the run failed; null if it did not. */
  public @Nullable String failure() {
    return failure;
  }

  /** The newest generation that was formed; null before the first. */
  public @Nullable Membership membership() {
    return membership;
  }

  /** The steps that were computed whole since the last call, in order. */
  public List<GlobalStep> takeSteps() {
    return steps.take();
  }

  /**
   * Whether {@link #takeSteps} has told the last step, or does so next: workers report it a moment
   * after they have finished.
   */
  public boolean knowsLastStep() {
    return steps.next() >= options.lastStep();
  }

  /** The losses that the run has got over since the last call. */
  public List<Recovery> takeRecoveries() {
    return losses.take();
  }

  /**
   * Executors that were lost since they were silent, and have been silent for as long again, each
   * told once: without Spark's help nobody takes their workers' place for minutes.
   */
  public List<String> takeSilent(long nowNs) {
    List<String> taken = new ArrayList<>();
    silentSinceNs.forEach(
        (executor, sinceNs) -> {
          if (nowNs - sinceNs > options.leaseNs()) {
            taken.add(executor);
          }
        });
    silentSinceNs.keySet().removeAll(taken);
    return taken;
  }

  /** The decisions on codecs since the last call. */
  public List<CodecDecision> takeDecisions() {
    return codecs == null ? List.of() : codecs.take();
  }

  /** Warnings since the last call, such as of a worker that is slower than the others. */
  public List<String> takeWarnings() {
    return stragglers.take();
  }

  /** The most steps that any server let a worker be ahead of the slowest slot. */
  public long staleness() {
    return servers.values().stream()
        .map(server -> server.report)
        .filter(Objects::nonNull)
        .mapToLong(ServerReport::staleness)
        .max()
        .orElse(0);
  }

  /** Lives of workers and servers that were lost since training began. */
  public int restarts() {
    return losses.total();
  }
}
