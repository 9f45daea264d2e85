package io.trireme.driver.coordinator;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** On which executors the servers live, and which block groups each of them holds. */
final class ServerHomes {

  private static final Logger LOG = LoggerFactory.getLogger(ServerHomes.class);

  private final CoordinatorOptions options;
  private final Members members;
  private final LifeRegistry lives;
  private final Placement placement;

  /** Who gets the next server: one that has room, then one where little has failed. */
  private final Comparator<ExecutorView> order =
      Comparator.comparing(this::isFull)
          .thenComparing(ExecutorView::failures)
          .thenComparing(executor -> executor.servers().size());

  private List<GroupHolders> holders = List.of();

  /** The generation in which they hold them; 0 before the first. */
  private int generation;

  private int serversPerExecutor = Integer.MAX_VALUE;
  private long crampedSinceNs;

  /** Whether servers have begun to train, so that new ones get their state from others. */
  private boolean trained;

  private boolean mayImprove;

  ServerHomes(CoordinatorOptions options, Members members, LifeRegistry lives) {
    this.options = options;
    this.members = members;
    this.lives = lives;
    this.placement = new Placement(options.servers().groupLengths(), options.servers().replicas());
  }

  private int count() {
    return options.servers().count();
  }

  /** Gives the servers out over the executors that are there, in turn. */
  void place() {
    List<ExecutorView> hosts = members.executors().stream().filter(ExecutorView::isFit).toList();
    if (hosts.isEmpty()) {
      // They try again, and are lost if they do not become fit.
      hosts = List.copyOf(members.executors());
    }
    List<ExecutorView> homes = new ArrayList<>();
    for (int server = 0; server < count(); server++) {
      homes.add(hosts.get(server % hosts.size()));
    }
    serversPerExecutor = (count() + hosts.size() - 1) / hosts.size();
    holders = placement.first(count(), homes);
    for (int server = 0; server < count(); server++) {
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
    Peer life = Peer.server(server, lives.newIncarnation());
    members.add(new ServerView(new ServerOrder(life, load), home));
  }

  /** Gives servers that were lost a new life, on executors that have room for them. */
  void placeLost(long nowNs) {
    if (holders.isEmpty() || members.executors().isEmpty() || members.servers().size() == count()) {
      crampedSinceNs = nowNs;
      return;
    }
    // Before the first step there is nothing to lose by a tight start.
    boolean cramped =
        nowNs - crampedSinceNs > options.deadlines().leaseNs() || (!trained && someUnfit());
    for (int server = 0; server < count(); server++) {
      if (members.servers().containsKey(server)) {
        continue;
      }
      ExecutorView home = emptiest();
      if (home == null || (isFull(home) && !cramped)) {
        return;
      }
      order(server, home, trained ? List.of() : groupsOf(server));
      LOG.info("run {}: {} is to live again", options.run(), members.servers().get(server));
    }
  }

  private boolean isFull(ExecutorView executor) {
    return executor.servers().size() >= serversPerExecutor;
  }

  private boolean someUnfit() {
    return members.executors().stream().anyMatch(executor -> !executor.isFit());
  }

  /** The executor to give the next server to, of those that are fit; null if none is. */
  private @Nullable ExecutorView emptiest() {
    ExecutorView best = null;
    for (ExecutorView executor : members.executors()) {
      if (executor.isFit() && (best == null || order.compare(executor, best) < 0)) {
        best = executor;
      }
    }
    return best;
  }

  /** Whether every server is there and has loaded what it was ordered to. */
  boolean allReady() {
    return members.servers().size() == count()
        && members.servers().values().stream().allMatch(ServerView::isReady);
  }

  /** Why the servers could share the work better in another generation; null if they could not. */
  @Nullable String improvement(Membership formed) {
    boolean settled =
        members.servers().size() == count()
            && members.servers().values().stream()
                .allMatch(server -> server.isWhole(formed.generation()));
    if (!settled) {
      return null;
    }
    ServerView mover = mover(members.servers());
    if (mover != null && isHeldElsewhere(mover, formed)) {
      return "a server can move to an executor with more room";
    }
    return mayImprove && options.servers().replicas() > 0
        ? "servers were brought up and can share the work anew"
        : null;
  }

  /** Whether others hold all that a server holds, so that it can begin again elsewhere. */
  private static boolean isHeldElsewhere(ServerView server, Membership formed) {
    return formed.groups().stream()
        .noneMatch(
            group ->
                group.primary() == server.peer().index() && group.backup() == GroupHolders.NONE);
  }

  /** A server on an executor with too many of them, while another has room; null if none. */
  private @Nullable ServerView mover(Map<Integer, ServerView> among) {
    ExecutorView roomiest = emptiest();
    if (roomiest == null || isFull(roomiest)) {
      return null;
    }
    for (ServerView server : among.values()) {
      if (server.executor().servers().size() > serversPerExecutor) {
        return server;
      }
    }
    return null;
  }

  /**
   * Decides who holds the groups in the next generation.
   *
   * @param sealed the servers that have sealed for it; one that moves to another executor is
   *     removed
   * @return null if a group is on none of them
   */
  @Nullable List<GroupHolders> next(Map<Integer, ServerView> sealed) {
    if (trained) {
      move(sealed);
    }
    return placement.next(holders, generation, sealed);
  }

  /** Lets a server begin again elsewhere, if others hold all that it holds. */
  private void move(Map<Integer, ServerView> sealed) {
    ServerView mover = mover(sealed);
    ExecutorView home = emptiest();
    if (mover == null || home == null) {
      return;
    }
    int index = mover.peer().index();
    for (int group = 0; group < holders.size(); group++) {
      int held = group;
      long step = mover.stepOf(group);
      if (step != ServerView.ABSENT
          && sealed.values().stream()
              .noneMatch(other -> other != mover && other.stepOf(held) >= step)) {
        return;
      }
    }
    sealed.remove(index);
    order(index, home, List.of());
    LOG.info("run {}: {} moves to {}", options.run(), mover, members.servers().get(index));
  }

  /** Notes that a generation begins in which these hold the groups. */
  void enter(List<GroupHolders> next, int formed) {
    generation = formed;
    // New backups are brought up first. Only a generation that changes nothing shows that they are.
    mayImprove = !next.equals(holders);
    holders = next;
    trained = true;
  }
}
