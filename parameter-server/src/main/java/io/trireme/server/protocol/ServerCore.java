package io.trireme.server.protocol;

import io.trireme.common.control.Membership;
import io.trireme.common.control.WorkerMember;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.PeerLostException;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.NormShareDecoder;
import io.trireme.server.kernel.BlockSum;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/**
 * One server: adds contributions up, applies the optimizer when a group is complete, and sends the
 * new parameters to every worker unasked. Driven by one thread through {@link #onMessage} and
 * {@link #doWork}.
 */
public final class ServerCore implements SecureReceiver.MessageHandler, AutoCloseable {

  private static final int FRAMES_PER_TURN = 8;

  private final ServerOptions options;
  private final ContributionPool pool;
  private final List<HostedGroup> groups = new ArrayList<>();
  private final HostedBlocks blocks;
  private final BlockSum kernel = new BlockSum();
  private final NormExchange norms;
  private final List<HostedGroup> held = new ArrayList<>();
  private final List<WorkerLink> workers = new ArrayList<>();
  private final ContributionDecoder contribution = new ContributionDecoder();
  private final NormShareDecoder normShare = new NormShareDecoder();
  private Rejections rejections = new Rejections();
  private int generation;
  private int finishedGroups;

  /**
   * A server that takes its groups' updaters, with the initial parameters in them, and owns them
   * from now on.
   */
  public ServerCore(ServerOptions options, Function<BlockGroup, GroupUpdater> updaters) {
    this.options = options;
    norms = new NormExchange(options.plan().blocks().size(), options.firstStep());
    List<BlockGroup> held = options.plan().groups().subList(options.groupFrom(), options.groupTo());
    int longest =
        options.plan().blocks().stream().mapToInt(block -> block.lengthBytes()).max().orElseThrow();
    pool = new ContributionPool(longest);
    ReductionTree tree = new ReductionTree(options.slots().slots());
    try {
      for (BlockGroup group : held) {
        groups.add(
            new HostedGroup(
                group, options.plan(), updaters.apply(group), tree, pool, options.firstStep()));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    blocks = new HostedBlocks(groups);
    if (options.firstStep() == options.lastStep()) {
      finishedGroups = groups.size();
    }
  }

  /** Where messages that this server drops are counted. */
  public void countInto(Rejections counts) {
    this.rejections = counts;
  }

  /**
   * Enters a generation: connects to its workers and servers, and sends its parameters to each
   * worker.
   */
  public void enter(Membership membership, Connector connector) {
    CloseHelper.closeAll(workers);
    workers.clear();
    generation = membership.generation();
    for (WorkerMember worker : membership.workers()) {
      WorkerLink link = new WorkerLink(connector.connect(worker.peer(), worker.endpoint()));
      workers.add(link);
      for (HostedGroup group : groups) {
        enqueue(link, group);
      }
    }
    if (options.clipGlobalNorm() > 0) {
      norms.connect(membership, options.self(), connector);
    }
  }

  private static void enqueue(WorkerLink link, HostedGroup group) {
    for (HostedBlock block : group.blocks()) {
      link.enqueue(block.block().index());
    }
  }

  @Override
  public void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset, int bodyLength) {
    switch (header.templateId()) {
      case ContributionDecoder.TEMPLATE_ID ->
          onContribution(from, header, buffer, bodyOffset, bodyLength);
      case NormShareDecoder.TEMPLATE_ID -> onNormShare(from, header, buffer, bodyOffset);
      default -> rejections.count(Rejection.BAD_MESSAGE);
    }
  }

  private void onContribution(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset, int bodyLength) {
    if (!from.isWorker() || header.blockLength() < ContributionDecoder.BLOCK_LENGTH) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    contribution.wrap(buffer, bodyOffset, header.blockLength(), header.version());
    int payloadBytes = bodyLength - header.blockLength();
    HostedBlock block = blocks.find(contribution.block());
    if (contribution.codecRaw() != Codec.NONE.value()
        || payloadBytes <= 0
        || payloadBytes % Float.BYTES != 0) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    if (block == null
        || contribution.generation() != generation
        || contribution.step() != block.ledger().step()
        || contribution.step() >= options.lastStep()
        || contribution.blockBytes() != block.block().lengthBytes()) {
      rejections.count(Rejection.OUT_OF_PLACE);
      return;
    }
    BlockLedger.Receipt receipt =
        block
            .ledger()
            .accept(
                from,
                contribution.slotFrom(),
                contribution.slotTo(),
                contribution.frameOffset(),
                buffer,
                contribution.limit(),
                payloadBytes);
    switch (receipt) {
      case DUPLICATE -> rejections.count(Rejection.DUPLICATE);
      case OUT_OF_PLACE -> rejections.count(Rejection.OUT_OF_PLACE);
      case COMPLETE -> onBlockComplete(block);
      case KEPT, COUNTED -> {}
    }
  }

  private void onBlockComplete(HostedBlock block) {
    long step = block.ledger().step();
    block.reduce(kernel);
    HostedGroup group = block.group();
    if (!group.blockReduced()) {
      return;
    }
    group
        .updater()
        .average(options.slots().examplesInStep(step), options.slots().filledSlots(step));
    if (options.clipGlobalNorm() <= 0) {
      update(group, step, 1.0);
      return;
    }
    for (HostedBlock member : group.blocks()) {
      int index = member.block().index();
      norms.share(index, group.updater().sumOfSquares(index));
    }
    held.add(group);
    updateHeld(step);
  }

  private void onNormShare(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset) {
    if (from.isWorker() || header.blockLength() < NormShareDecoder.BLOCK_LENGTH) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    normShare.wrap(buffer, bodyOffset, header.blockLength(), header.version());
    long step = normShare.step();
    if (options.clipGlobalNorm() <= 0
        || normShare.generation() != generation
        || blocks.find(normShare.block()) != null
        || !norms.note(normShare.block(), step, normShare.sumOfSquares())) {
      rejections.count(Rejection.OUT_OF_PLACE);
      return;
    }
    updateHeld(step);
  }

  private void updateHeld(long step) {
    if (!norms.isComplete()) {
      return;
    }
    double scale = norms.finish(options.clipGlobalNorm());
    for (int i = 0; i < held.size(); i++) {
      update(held.get(i), step, scale);
    }
    held.clear();
  }

  private void update(HostedGroup group, long step, double scale) {
    group.updater().update(step, options.slots().epochOf(step), scale);
    for (int i = 0; i < workers.size(); i++) {
      enqueue(workers.get(i), group);
    }
    if (step + 1 == options.lastStep()) {
      finishedGroups++;
    }
  }

  /**
   * Sends what waits, as far as the sessions take it.
   *
   * @return frames sent
   * @throws PeerLostException if a peer has taken nothing for too long
   */
  public int doWork(long nowNs) {
    int work = norms.pump(nowNs);
    for (int i = 0; i < workers.size(); i++) {
      WorkerLink link = workers.get(i);
      work += link.pump(blocks, generation, nowNs, FRAMES_PER_TURN);
      check(link.sender(), nowNs);
    }
    for (int i = 0; i < norms.peers(); i++) {
      check(norms.sender(i), nowNs);
    }
    return work;
  }

  private void check(SecureSender sender, long nowNs) {
    if (sender.blockedNs(nowNs) > options.timeoutNs()) {
      throw new PeerLostException(
          options.self()
              + " could send nothing to "
              + sender.to()
              + " at "
              + sender.endpoint()
              + " for "
              + TimeUnit.NANOSECONDS.toSeconds(options.timeoutNs())
              + " s: it is gone, or no UDP passes between the two hosts (see transport.ports)");
    }
  }

  /** Whether the last step is done and everything has been handed to the sessions. */
  public boolean isFinished(long nowNs) {
    if (finishedGroups < groups.size()) {
      return false;
    }
    for (int i = 0; i < workers.size(); i++) {
      if (!workers.get(i).isDrained(nowNs)) {
        return false;
      }
    }
    return true;
  }

  /**
   * What it waits for, for messages about a stall: the first incomplete block with its missing
   * slots.
   */
  public String waitsFor() {
    HostedBlock slowest = null;
    for (HostedGroup group : groups) {
      for (HostedBlock block : group.blocks()) {
        if (slowest == null || block.ledger().step() < slowest.ledger().step()) {
          slowest = block;
        }
      }
    }
    if (slowest == null || slowest.ledger().step() == options.lastStep()) {
      return options.self() + " waits for nothing";
    }
    return options.self()
        + " waits at step "
        + slowest.ledger().step()
        + ", block "
        + slowest.block().index()
        + ", for slots "
        + slowest.ledger().missingSlots();
  }

  /** Bytes of frames sent so far. */
  public long sentBytes() {
    return workers.stream().mapToLong(link -> link.sender().sentBytes()).sum();
  }

  @Override
  public void close() {
    List<AutoCloseable> owned = new ArrayList<>(workers);
    owned.add(norms);
    groups.forEach(group -> owned.add(group.updater()));
    owned.add(pool);
    workers.clear();
    groups.clear();
    CloseHelper.closeAll(owned);
  }
}
