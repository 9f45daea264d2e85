package io.trireme.driver.coordinator;

import io.trireme.common.message.CodecSwitch;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.Membership.Counted;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.SlotRange;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forms generations: all members seal for the next one, which stops the one before. What the
 * servers then hold tells the step with which training goes on.
 */
final class Formation {

  private static final Logger LOG = LoggerFactory.getLogger(Formation.class);

  /** Generations in a row that may end without a step before the run is given up. */
  private static final int FRUITLESS_GENERATIONS = 4;

  private final CoordinatorOptions options;
  private final RunLifecycle lifecycle;
  private final Members members;
  private final ServerHomes homes;
  private final Losses losses;
  private final CodecPolicy codecs;

  private final Set<Peer> peers = new HashSet<>();
  private int forming;
  private @Nullable Membership formed;
  private int fruitless;
  private long sinceNs;

  Formation(
      CoordinatorOptions options,
      RunLifecycle lifecycle,
      Members members,
      ServerHomes homes,
      Losses losses,
      CodecPolicy codecs) {
    this.options = options;
    this.lifecycle = lifecycle;
    this.members = members;
    this.homes = homes;
    this.losses = losses;
    this.codecs = codecs;
  }

  /** Has all members seal for the next generation. */
  void begin(String why, long nowNs) {
    lifecycle.become(CoordinatorPhase.FORMING, why);
    forming = formed == null ? 1 : formed.generation() + 1;
    sinceNs = nowNs;
  }

  /** The same, where the generation before did not get on; the run ends if none does. */
  void beginAgain(String why, long nowNs) {
    fruitless++;
    if (fruitless > FRUITLESS_GENERATIONS) {
      lifecycle.failOfLoss(
          why
              + ", and "
              + FRUITLESS_GENERATIONS
              + " fresh starts did not help"
              + members.whoWaits());
    } else {
      LOG.warn("run {}: {}{}", options.run(), why, members.whoWaits());
      begin(why, nowNs);
    }
  }

  /** Notes that a step was computed. */
  void moved() {
    fruitless = 0;
  }

  /** The generation for which all are to seal, or have sealed; 0 before the first. */
  int generation() {
    return forming;
  }

  /** When that generation began to form. */
  long sinceNs() {
    return sinceNs;
  }

  /** The newest generation that was formed; null before the first. */
  @Nullable Membership formed() {
    return formed;
  }

  /** Whether a life is a member of the newest generation that was formed. */
  boolean has(Peer life) {
    return peers.contains(life);
  }

  /** Whether all that are to be members have sealed. */
  boolean isSealed() {
    return !members.unfinished().isEmpty()
        && (formed != null || homes.allReady())
        && members.haveSealed(forming);
  }

  /**
   * Forms the generation for which all have sealed; the run ends if state is lost.
   *
   * @return null if it is
   */
  @Nullable Membership publish() {
    Map<Integer, ServerView> sealed = members.sealedServers(forming);
    List<GroupHolders> next = homes.next(sealed);
    if (next == null) {
      lifecycle.failOfLoss(groupsAreLost());
      return null;
    }
    Cut cut = Cut.of(next, sealed);
    if (!cut.fits()) {
      lifecycle.failOfLoss(stateIsLost(cut));
      return null;
    }
    List<Counted> counted = CountedSteps.of(next, sealed, formed);
    homes.enter(next, forming);
    List<ServerMember> servers = sealed.values().stream().map(ServerView::member).toList();
    List<WorkerMember> workers = workers(isFirst(counted));
    CodecSwitch schedule = codecs.enter(cut.first(), workers.size(), servers.size());
    Membership made =
        new Membership(
            forming, cut.first(), cut.slots(), workers, servers, next, counted, schedule);
    formed = made;
    peers.clear();
    peers.addAll(made.peers());
    return made;
  }

  private String groupsAreLost() {
    return "block groups are lost with "
        + losses.described()
        + ": no other server held them (servers.replicas: "
        + options.servers().replicas()
        + "); set servers: { count: 2, replicas: 1 } or more to survive the loss of a server";
  }

  private String stateIsLost(Cut cut) {
    return "the newest state of some block groups is lost with "
        + losses.described()
        + ": what is left is of steps "
        + cut.first()
        + " to "
        + cut.last()
        + ", which no longer fit together";
  }

  /**
   * The workers that are to be members: those that are stay so, since only a member learns what was
   * counted of what it has sent.
   */
  private List<WorkerView> seated() {
    return members.unfinished().stream()
        .sorted(Comparator.comparing((WorkerView worker) -> !has(worker.peer())))
        .limit(options.slots())
        .sorted(Comparator.comparingInt((WorkerView worker) -> worker.peer().index()))
        .toList();
  }

  /** Whether nothing of the run has been counted: it begins anew, with all that is stored. */
  private boolean isFirst(List<Counted> counted) {
    long first = options.steps().first();
    return counted.stream()
        .allMatch(
            group ->
                group.step() == first && group.slots().stream().allMatch(slot -> slot == first));
  }

  /**
   * Shares the slots out over the workers, in their order.
   *
   * @param first whether they begin with the residuals that are stored of their slots
   */
  private List<WorkerMember> workers(boolean first) {
    List<WorkerView> views = seated();
    int count = views.size();
    List<WorkerMember> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      WorkerView worker = views.get(i);
      SlotRange slots =
          new SlotRange(
              (int) ((long) options.slots() * i / count),
              (int) ((long) options.slots() * (i + 1) / count));
      SlotRange restored = first ? slots : SlotRange.NONE;
      made.add(new WorkerMember(worker.peer(), worker.endpoint(), slots, restored));
    }
    return made;
  }
}
