package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.common.wire.sbe.HeldDecoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.NormShareDecoder;
import io.trireme.common.wire.sbe.ReducedDecoder;
import io.trireme.common.wire.sbe.StateDecoder;
import io.trireme.kernels.compression.CompressionSchedule;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.kernels.sum.BlockSum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * One server: adds contributions up, lets the backup have the mean gradient of a group that is
 * complete, applies the optimizer, and sends the new parameters to every worker unasked once the
 * backup has answered. As a backup it applies what the primary sends. Driven by one thread.
 */
public final class ServerCore
    implements SecureReceiver.MessageHandler, PeerLink.Sent, AutoCloseable {

  private static final int FRAMES_PER_TURN = 8;

  private final ServerOptions options;
  private final GroupUpdaters updaters;
  private final Rejections rejections;
  private final ReductionTree tree;
  private final ContributionPool pool;
  private final Replicas replicas = new Replicas();
  private final BlockSum kernel = new BlockSum();
  private final NormExchange norms;
  private final SnapshotDuty snapshots;

  /** Groups of which the gradient waits for the global norm. */
  private final List<Replica> unscaled = new ArrayList<>();

  private final StreamReplies replies;
  private final List<WorkerLink> workers = new ArrayList<>();
  private final Int2ObjectHashMap<WorkerLink> workersById = new Int2ObjectHashMap<>();
  private final Map<Integer, PeerLink> peers = new TreeMap<>();
  private final List<PeerLink> normPeers = new ArrayList<>();
  private final ContributionDecoder contribution = new ContributionDecoder();
  private final NormShareDecoder normShare = new NormShareDecoder();
  private final ReducedDecoder reduced = new ReducedDecoder();
  private final HeldDecoder held = new HeldDecoder();
  private final StateDecoder state = new StateDecoder();
  private int generation;

  /**
   * A server that holds nothing yet, and counts the messages that it drops.
   *
   * @param updaters makes what it holds; the server owns what was made
   */
  public ServerCore(ServerOptions options, GroupUpdaters updaters, Rejections rejections) {
    this(options, updaters, rejections, Snapshots.NONE);
  }

  /**
   * A server that also keeps its groups for checkpoints.
   *
   * @param snapshots takes the groups that it serves at steps that are due
   */
  public ServerCore(
      ServerOptions options, GroupUpdaters updaters, Rejections rejections, Snapshots snapshots) {
    this.snapshots = new SnapshotDuty(snapshots, replicas);
    this.options = options;
    this.updaters = updaters;
    this.rejections = rejections;
    tree = new ReductionTree(options.slots().slots());
    replies = new StreamReplies(options.staleness(), options.lastStep());
    norms = new NormExchange(options.plan().blocks().size());
    int longest =
        options.plan().blocks().stream().mapToInt(block -> block.lengthBytes()).max().orElseThrow();
    int longestEncoding =
        options.plan().blocks().stream()
            .mapToInt(block -> options.compression().maxWayBytes(block.index()))
            .max()
            .orElseThrow();
    pool = new ContributionPool(longest, longestEncoding);
  }

  /** Fetches groups as they are before the first step; may block. */
  public void load(List<Integer> groups) {
    for (int index : groups) {
      BlockGroup group = options.plan().groups().get(index);
      Replica replica = replica(group, updaters.first(group));
      updaters.restore(group, replica.travel());
      replica.whole = true;
      replicas.add(replica);
    }
  }

  private Replica replica(BlockGroup group, GroupUpdater updater) {
    Replica made = new Replica(group, options, updater, tree, pool);
    if (options.streams()) {
      made.streams = new SlotStreams(made, options.slots(), pool, kernel, options.firstStep());
    }
    return made;
  }

  /**
   * Stops whatever belongs to the generation that was entered last: from here on nothing is
   * counted, applied or sent until the next one is entered.
   *
   * @return how far each group is that this server holds whole
   */
  public List<GroupStep> seal() {
    stop();
    List<GroupStep> steps = new ArrayList<>();
    for (Replica replica : replicas.all()) {
      SlotStreams streams = replica.streams;
      if (replica.whole) {
        steps.add(
            new GroupStep(
                replica.group().index(),
                replica.step(),
                streams == null ? List.of() : streams.clocks()));
      }
    }
    return steps;
  }

  private void stop() {
    snapshots.seal();
    closeLinks();
    unscaled.clear();
    replicas.all().forEach(Replica::seal);
  }

  private void closeLinks() {
    List<AutoCloseable> links = new ArrayList<>(workers);
    links.addAll(peers.values());
    replies.clear();
    workers.clear();
    workersById.clear();
    peers.clear();
    normPeers.clear();
    generation = 0;
    CloseHelper.closeAll(links);
  }

  /**
   * Enters a generation, having sealed for it: takes its groups, connects to its workers and
   * servers, and sends the parameters of the generation's first step to each worker.
   */
  public void enter(Membership membership, Connector connector) {
    stop();
    generation = membership.generation();
    takeGroups(membership);
    takeCodecs(membership);
    for (WorkerMember worker : membership.workers()) {
      WorkerLink link =
          new WorkerLink(
              connector.connect(worker.peer(), worker.endpoint()), membership.firstStepOf(worker));
      workers.add(link);
      replies.add(link, worker, membership);
      workersById.put(worker.peer().id(), link);
    }
    connectHolders(membership, connector);
    for (Replica replica : replicas.all()) {
      SlotStreams streams = replica.streams;
      if (replica.serving && streams != null) {
        replies.answer(replica, streams);
      } else if (replica.serving) {
        offerAll(replica, membership.step());
      }
    }
    if (options.clipGlobalNorm() > 0) {
      enterNorms(membership, connector);
    }
    for (Replica replica : replicas.all()) {
      if (replica.serving && replica.isScaled()) {
        proceed(replica);
      }
    }
  }

  private void takeGroups(Membership membership) {
    int self = options.self().index();
    for (int index = 0; index < membership.groups().size(); index++) {
      GroupHolders holders = membership.groups().get(index);
      Replica replica = replicas.group(index);
      if (holders.primary() == self) {
        if (replica == null || !replica.whole) {
          throw new IllegalStateException(
              options.self() + " is to serve group " + index + ", of which it has no whole state");
        }
        replica.serving = true;
        replica.released = true;
      } else if (holders.backup() != self) {
        replicas.drop(index);
      } else if (replica == null) {
        BlockGroup group = options.plan().groups().get(index);
        replicas.add(replica(group, updaters.blank(group)));
      } else {
        // Whatever it has of the open step as a primary, the new one gathers anew.
        replica.open(replica.step());
      }
    }
  }

  private void takeCodecs(Membership membership) {
    if (membership.codecs() == null) {
      return;
    }
    CompressionSchedule schedule =
        CompressionSchedule.of(options.compression(), membership.codecs());
    for (Block block : options.plan().blocks()) {
      pool.enter(schedule.maxWayBytes(block.index()));
    }
    replicas.all().forEach(replica -> replica.enter(schedule));
  }

  private void connectHolders(Membership membership, Connector connector) {
    int self = options.self().index();
    for (int index = 0; index < membership.groups().size(); index++) {
      GroupHolders holders = membership.groups().get(index);
      if (holders.primary() == self && holders.backup() != GroupHolders.NONE) {
        PeerLink link = link(holders.backup(), membership, connector);
        if (holders.current()) {
          replicas.require(index).backup = link;
        } else {
          replicas.require(index).recruit = link;
          link.bringUp(index);
        }
      } else if (holders.backup() == self) {
        replicas.require(index).primary = link(holders.primary(), membership, connector);
      }
    }
  }

  private PeerLink link(int server, Membership membership, Connector connector) {
    PeerLink known = peers.get(server);
    if (known != null) {
      return known;
    }
    ServerMember member = membership.server(server);
    PeerLink made =
        new PeerLink(connector.connect(member.peer(), member.endpoint()), generation, this);
    peers.put(server, made);
    return made;
  }

  /** Offers the step that the generation begins with, and what is newer already. */
  private void offerAll(Replica replica, long firstStep) {
    for (int i = 0; i < workers.size(); i++) {
      for (ReplicaBlock block : replica.blocks()) {
        for (long step = firstStep; step <= replica.step(); step++) {
          workers.get(i).offer(block.block().index(), step, true);
        }
      }
    }
  }

  private void enterNorms(Membership membership, Connector connector) {
    long first = membership.step();
    boolean behind = false;
    for (Replica replica : replicas.all()) {
      behind |= replica.serving && replica.step() == first && !replica.isScaled();
    }
    // With nothing left to scale at the first step, shares of the next may come before the last of
    // these, and belong to gradients of that step only.
    norms.open(behind ? first : first + 1);
    int self = options.self().index();
    for (ServerMember other : membership.servers()) {
      int index = other.peer().index();
      if (index != self
          && membership.groups().stream().anyMatch(holders -> holders.primary() == index)) {
        normPeers.add(link(index, membership, connector));
      }
    }
    for (Replica replica : replicas.all()) {
      if (replica.serving && (replica.step() > first || replica.phase() == Replica.Phase.REDUCED)) {
        if (replica.step() == first && !replica.isScaled()) {
          unscaled.add(replica);
        }
        share(replica, first);
      }
    }
    scaleIfComplete();
  }

  private void share(Replica replica, long step) {
    for (ReplicaBlock block : replica.blocks()) {
      int index = block.block().index();
      if (step == norms.step() && !norms.note(index, step, block.share())) {
        throw new IllegalStateException(
            "block " + index + " has its share of step " + step + " already");
      }
      for (int i = 0; i < normPeers.size(); i++) {
        normPeers.get(i).share(index, step, block.share());
      }
    }
  }

  @Override
  public void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset, int bodyLength) {
    int blockLength = header.blockLength();
    int version = header.version();
    int payload = bodyLength - blockLength;
    boolean worker = from.isWorker();
    switch (header.templateId()) {
      case ContributionDecoder.TEMPLATE_ID -> {
        if (expect(worker && blockLength >= ContributionDecoder.BLOCK_LENGTH && payload > 0)) {
          contribution.wrap(buffer, bodyOffset, blockLength, version);
          onContribution(from, buffer, payload);
        }
      }
      case NormShareDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= NormShareDecoder.BLOCK_LENGTH)) {
          normShare.wrap(buffer, bodyOffset, blockLength, version);
          onNormShare();
        }
      }
      case ReducedDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= ReducedDecoder.BLOCK_LENGTH && floats(payload))) {
          reduced.wrap(buffer, bodyOffset, blockLength, version);
          onReduced(from, buffer, payload);
        }
      }
      case HeldDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= HeldDecoder.BLOCK_LENGTH)) {
          held.wrap(buffer, bodyOffset, blockLength, version);
          onHeld(from);
        }
      }
      case StateDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= StateDecoder.BLOCK_LENGTH && floats(payload))) {
          state.wrap(buffer, bodyOffset, blockLength, version);
          onState(from, buffer, payload);
        }
      }
      default -> rejections.count(Rejection.BAD_MESSAGE);
    }
  }

  private static boolean floats(int bytes) {
    return bytes > 0 && bytes % Float.BYTES == 0;
  }

  private boolean expect(boolean good) {
    if (!good) {
      rejections.count(Rejection.BAD_MESSAGE);
    }
    return good;
  }

  private boolean place(boolean right) {
    if (!right) {
      rejections.count(Rejection.OUT_OF_PLACE);
    }
    return right;
  }

  private void onContribution(Peer from, DirectBuffer buffer, int payloadBytes) {
    ReplicaBlock block = replicas.block(contribution.block());
    WorkerLink link = workersById.get(from.id());
    long step = contribution.step();
    int codec = contribution.codecRaw();
    if (!expect(codec != Codec.NONE.value() || floats(payloadBytes))
        || !place(
            block != null
                && link != null
                && block.replica().serving
                && contribution.generation() == generation
                && step < options.lastStep())
        || !expect(block.intake().knows(codec, step))) {
      return;
    }
    SlotStreams streams = block.replica().streams;
    if (streams != null) {
      onStream(streams, block, link, from, buffer, payloadBytes);
      return;
    }
    if (!place(step <= block.replica().step() && step >= block.replica().step() - 1)) {
      return;
    }
    link.begun(step);
    if (step < block.replica().step()) {
      rejections.count(Rejection.DUPLICATE);
      return;
    }
    BlockLedger.Receipt receipt =
        block
            .ledger()
            .accept(
                from,
                contribution.slotFrom(),
                contribution.slotTo(),
                codec,
                contribution.blockBytes(),
                contribution.frameOffset(),
                buffer,
                contribution.limit(),
                payloadBytes);
    switch (receipt) {
      case DUPLICATE -> rejections.count(Rejection.DUPLICATE);
      case OUT_OF_PLACE -> rejections.count(Rejection.OUT_OF_PLACE);
      case BAD -> rejections.count(Rejection.BAD_MESSAGE);
      case COMPLETE -> onBlockComplete(block);
      case KEPT, COUNTED -> {}
    }
  }

  private void onStream(
      SlotStreams streams,
      ReplicaBlock block,
      WorkerLink link,
      Peer from,
      DirectBuffer buffer,
      int payloadBytes) {
    int slot = contribution.slotFrom();
    long step = contribution.step();
    if (!place(
        contribution.slotTo() == slot + 1
            && slot < options.slots().slots()
            && step <= streams.clock(slot)
            && step >= streams.clock(slot) - 1)) {
      return;
    }
    link.begun(step);
    if (step < streams.clock(slot)) {
      rejections.count(Rejection.DUPLICATE);
      return;
    }
    BlockLedger.Receipt receipt =
        streams.accept(
            block,
            from,
            slot,
            contribution.codecRaw(),
            contribution.blockBytes(),
            contribution.frameOffset(),
            buffer,
            contribution.limit(),
            payloadBytes);
    switch (receipt) {
      case DUPLICATE -> rejections.count(Rejection.DUPLICATE);
      case OUT_OF_PLACE -> rejections.count(Rejection.OUT_OF_PLACE);
      case BAD -> rejections.count(Rejection.BAD_MESSAGE);
      case COMPLETE -> onStreamStep(block.replica(), streams, slot);
      case KEPT, COUNTED -> {}
    }
  }

  /** Counts a slot's step, makes an update of as many as a step has slots, and answers workers. */
  private void onStreamStep(Replica replica, SlotStreams streams, int slot) {
    if (streams.count(slot)) {
      streams.average();
      replica.scaleKnown(1.0);
      apply(replica);
    }
    replies.answer(replica, streams);
  }

  private void onBlockComplete(ReplicaBlock block) {
    Replica replica = block.replica();
    if (!block.reduce(kernel)) {
      replica.makeVoid();
    }
    if (!replica.blockReduced()) {
      return;
    }
    long step = replica.step();
    replica
        .updater()
        .average(options.slots().examplesInStep(step), options.slots().filledSlots(step));
    if (options.clipGlobalNorm() <= 0) {
      replica.scaleKnown(1.0);
      proceed(replica);
      return;
    }
    for (ReplicaBlock member : replica.blocks()) {
      member.share(replica.updater().sumOfSquares(member.block().index()));
    }
    unscaled.add(replica);
    share(replica, step);
    scaleIfComplete();
  }

  private void onNormShare() {
    ReplicaBlock own = replicas.block(normShare.block());
    if (place(
        options.clipGlobalNorm() > 0
            && normShare.generation() == generation
            && (own == null || !own.replica().serving)
            && norms.note(normShare.block(), normShare.step(), normShare.sumOfSquares()))) {
      scaleIfComplete();
    }
  }

  private void scaleIfComplete() {
    if (!norms.isComplete()) {
      return;
    }
    long step = norms.step();
    double scale = norms.finish(options.clipGlobalNorm());
    if (Double.isNaN(scale) && !options.skipNonFinite()) {
      throw new IllegalStateException(
          "the norm of the gradient at step "
              + step
              + " is no finite number, though each worker's part is one: training has diverged;"
              + " lower the learning rate, or warm it up");
    }
    for (int i = 0; i < unscaled.size(); i++) {
      if (Double.isNaN(scale)) {
        unscaled.get(i).makeVoid();
      }
      unscaled.get(i).scaleKnown(scale);
      proceed(unscaled.get(i));
    }
    unscaled.clear();
  }

  /** Takes a group on whose mean gradient and scale are known. */
  private void proceed(Replica replica) {
    PeerLink backup = replica.backup;
    if (replica.leaving) {
      return;
    }
    if (backup == null) {
      apply(replica);
      release(replica);
    } else {
      replica.copying();
      backup.copy(replica.group().index());
    }
  }

  private void apply(Replica replica) {
    snapshots.beforeUpdate(replica);
    replica.apply(options.slots().epochOf(replica.step()), replica.scale());
  }

  private void release(Replica replica) {
    replica.released = true;
    for (int i = 0; i < workers.size(); i++) {
      for (int b = 0; b < replica.blocks().size(); b++) {
        workers.get(i).offer(replica.blocks().get(b).block().index(), replica.step(), false);
      }
    }
  }

  @Override
  public void gradientSent(Replica replica) {
    apply(replica);
    if (awaitsBackup(replica)) {
      replica.released = false;
    } else {
      release(replica);
    }
  }

  /** Whether workers get a step's result only when the backup has said that it holds it. */
  private static boolean awaitsBackup(Replica replica) {
    return replica.backup != null;
  }

  private void onHeld(Peer from) {
    Replica replica = replicas.group(held.group());
    if (place(
        replica != null
            && replica.serving
            && held.generation() == generation
            && replica.backup != null
            && replica.backup.sender().to().equals(from)
            && held.step() == replica.step() - 1
            && !replica.released)) {
      release(replica);
    }
  }

  @Override
  public void stateLeaves(Replica replica) {
    replica.leaving = true;
  }

  @Override
  public void stateSent(Replica replica) {
    replica.leaving = false;
    replica.backup = replica.recruit;
    replica.recruit = null;
    if (replica.isScaled()) {
      proceed(replica);
    }
  }

  private void onReduced(Peer from, DirectBuffer buffer, int payloadBytes) {
    ReplicaBlock block = replicas.block(reduced.block());
    if (!place(
        block != null
            && follows(block.replica(), from)
            && reduced.generation() == generation
            && block.replica().whole
            && reduced.step() == block.replica().step()
            && reduced.frameOffset() == block.copiedBytes
            && reduced.frameOffset() + (long) payloadBytes <= block.block().lengthBytes())) {
      return;
    }
    Replica replica = block.replica();
    replica
        .updater()
        .gradient()
        .putBytes(block.offsetBytes() + block.copiedBytes, buffer, reduced.limit(), payloadBytes);
    block.copiedBytes += payloadBytes;
    block.share(reduced.sumOfSquares());
    block.nextScale(reduced.codecScale());
    replica.scaleKnown(reduced.scale());
    for (int i = 0; i < replica.blocks().size(); i++) {
      ReplicaBlock member = replica.blocks().get(i);
      if (member.copiedBytes < member.block().lengthBytes()) {
        return;
      }
    }
    PeerLink primary = replica.primary;
    if (primary != null) {
      primary.held(replica.group().index(), replica.step());
    }
    apply(replica);
  }

  private static boolean follows(Replica replica, Peer from) {
    PeerLink primary = replica.primary;
    return !replica.serving && primary != null && primary.sender().to().equals(from);
  }

  private void onState(Peer from, DirectBuffer buffer, int payloadBytes) {
    Replica replica = replicas.group(state.group());
    if (!place(
        replica != null
            && follows(replica, from)
            && state.generation() == generation
            && replica.takeState(
                state.part(),
                state.partBytes(),
                state.frameOffset(),
                buffer,
                state.limit(),
                payloadBytes))) {
      return;
    }
    if (replica.hasAllState()) {
      replica.open(state.step());
      replica.whole = true;
    }
  }

  /**
   * Sends what waits, as far as the sessions take it.
   *
   * @return frames sent
   */
  public int doWork(long nowNs) {
    int work = 0;
    for (PeerLink peer : peers.values()) {
      work += peer.pump(replicas, nowNs, FRAMES_PER_TURN);
    }
    for (int i = 0; i < workers.size(); i++) {
      work += workers.get(i).pump(replicas, generation, nowNs, FRAMES_PER_TURN);
    }
    return work == 0 ? snapshots.idle() : work;
  }

  /** Whether it has all of the state of every group that it holds. */
  public boolean isWhole() {
    for (Replica replica : replicas.all()) {
      if (!replica.whole) {
        return false;
      }
    }
    return true;
  }

  /** The most steps that it let a worker be ahead of the slowest slot. */
  public long staleness() {
    return replies.worst();
  }

  /** What it waits for, for messages about a stall. */
  public String waitsFor(long nowNs) {
    return Waiting.of(options, replicas, workers, peers.values(), generation, nowNs);
  }

  @Override
  public void close() {
    try {
      closeLinks();
    } finally {
      CloseHelper.closeAll(replicas, pool);
    }
  }
}
