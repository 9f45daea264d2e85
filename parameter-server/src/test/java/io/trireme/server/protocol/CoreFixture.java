package io.trireme.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.HeldEncoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import io.trireme.common.wire.sbe.StateEncoder;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One server core, server 0, under test: messages are put before it one by one, and what it sends
 * is read by {@link Wire}s. Three groups of one block, three steps.
 */
final class CoreFixture implements AutoCloseable {
  static final int SLOTS = 4;
  static final int LENGTH = 6;
  static final int BYTES = LENGTH * Float.BYTES;
  static final int GENERATION = 3;
  static final Peer SELF = Peer.server(0, 1);
  static final Peer OTHER = Peer.server(1, 2);
  static final Peer WORKER = Peer.worker(0, 3);
  static final Peer SECOND = Peer.worker(1, 4);
  static final BlockPlan PLAN =
      new BlockPlan(
          List.of(
              new Block(0, 0, LENGTH, 0),
              new Block(1, LENGTH, LENGTH, 1),
              new Block(2, 2 * LENGTH, LENGTH, 2)),
          List.of(
              new BlockGroup(0, 0, 1, 0, LENGTH),
              new BlockGroup(1, 1, 1, LENGTH, LENGTH),
              new BlockGroup(2, 2, 1, 2 * LENGTH, LENGTH)));

  /** The first two groups are this server's, the third is the other's. */
  static final List<GroupHolders> ALONE = List.of(primary(0), primary(0), primary(1));

  private static final Endpoint PLACE = new Endpoint("host", 1, "driver", 2);

  private final FakeUpdaters made = new FakeUpdaters(9);
  final List<FakeUpdater> updaters = made.made;
  final Rejections rejections = new Rejections();
  final float[][] slots = TreeSums.randomSlots(new Random(3), SLOTS, LENGTH);
  final UnsafeBuffer bytes = new UnsafeBuffer(new byte[8192]);
  final MessageHeaderEncoder header = new MessageHeaderEncoder();
  final ContributionEncoder contribution = new ContributionEncoder();
  final NormShareEncoder share = new NormShareEncoder();
  final ReducedEncoder reduced = new ReducedEncoder();
  final HeldEncoder held = new HeldEncoder();
  final StateEncoder state = new StateEncoder();
  final ServerCore core;
  private int generation;
  private final Map<Peer, Wire> wires = new TreeMap<>((a, b) -> Integer.compare(a.id(), b.id()));
  private final List<Wire> allWires = new ArrayList<>();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();

  /** A server that has loaded the first two groups. */
  CoreFixture(double clipGlobalNorm) {
    this(
        new ServerOptions(
            SELF,
            PLAN,
            new SlotPlan(10, 8, SLOTS),
            0,
            3,
            ServerOptions.WHOLE_STEPS,
            clipGlobalNorm,
            CompressionPlan.plain(PLAN),
            false));
  }

  /** A server of these options that has loaded the first two groups. */
  CoreFixture(ServerOptions options) {
    core = new ServerCore(options, made, rejections, Snapshots.NONE, ServerRules.STANDARD);
    core.load(List.of(0, 1));
  }

  static GroupHolders held(int primary, int backup) {
    return new GroupHolders(primary, backup, true);
  }

  static GroupHolders recruit(int primary, int backup) {
    return new GroupHolders(primary, backup, false);
  }

  static GroupHolders primary(int server) {
    return new GroupHolders(server, GroupHolders.NONE, false);
  }

  /** Seals for a generation and enters it, with two servers and workers that have all slots. */
  CoreFixture enter(int entered, long step, List<GroupHolders> holders, Peer... workers) {
    return enterWith(
        entered,
        step,
        holders,
        Stream.of(workers).map(peer -> new WorkerMember(peer, PLACE, 0, SLOTS)).toList());
  }

  /** As {@link #enter}, of two workers with half of the slots each. */
  CoreFixture enterHalves(
      int entered, long step, List<GroupHolders> holders, Peer first, Peer second) {
    return enterWith(
        entered,
        step,
        holders,
        List.of(
            new WorkerMember(first, PLACE, 0, SLOTS / 2),
            new WorkerMember(second, PLACE, SLOTS / 2, SLOTS)));
  }

  /** What the next generation takes for counted; empty if it does not say. */
  List<Membership.Counted> counted = List.of();

  private CoreFixture enterWith(
      int entered, long step, List<GroupHolders> holders, List<WorkerMember> members) {
    assertThat(core.seal()).isNotNull();
    generation = entered;
    core.enter(
        new Membership(
            entered,
            step,
            List.of(),
            members,
            List.of(new ServerMember(SELF, PLACE), new ServerMember(OTHER, PLACE)),
            holders,
            counted,
            null),
        (to, where) -> {
          Wire wire = new Wire(entered, SELF, to);
          wires.put(to, wire);
          allWires.add(wire);
          return new SecureSender(Wire.KEY, entered, SELF, to, where, wire);
        });
    return this;
  }

  /** A good contribution of all slots to a block, to be spoilt. */
  ContributionEncoder good(int block, long step) {
    contribution
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(generation)
        .step(step)
        .block(block)
        .slotFrom(0)
        .slotTo(SLOTS)
        .codec(Codec.NONE)
        .blockBytes(BYTES)
        .frameOffset(0);
    putFloats(contribution.limit(), root());
    return contribution;
  }

  float[] root() {
    return TreeSums.of(slots, new TreeNode(0, SLOTS));
  }

  /** The root as it stands after averaging. */
  float[] mean() {
    float[] mean = root();
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= 2;
    }
    return mean;
  }

  private void putFloats(int at, float[] values) {
    bytes.putBytes(at, TreeSums.offHeap(values), 0, BYTES);
  }

  int limit() {
    return contribution.limit() + BYTES;
  }

  void deliver(Peer from, int length) {
    headerDecoder.wrap(bytes, 0);
    int body = MessageHeaderDecoder.ENCODED_LENGTH;
    core.inbox().onMessage(from, headerDecoder, bytes, body, length - body);
  }

  void deliverGood(int block, long step) {
    good(block, step);
    deliver(WORKER, limit());
  }

  void norm(Peer from, int of, long step, int block, double sum) {
    share
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(of)
        .step(step)
        .block(block)
        .sumOfSquares(sum);
    deliver(from, share.limit());
  }

  /** A good mean gradient for a block that this server backs up, to be spoilt. */
  ReducedEncoder goodReduced(int block, long step) {
    reduced
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(generation)
        .step(step)
        .block(block)
        .sumOfSquares(9)
        .scale(0.5)
        .frameOffset(0);
    putFloats(reduced.limit(), mean());
    return reduced;
  }

  void deliverReduced(Peer from) {
    deliver(from, reduced.limit() + BYTES);
  }

  /** A good answer of a backup, to be spoilt. */
  HeldEncoder goodHeld(int group, long step) {
    return held.wrapAndApplyHeader(bytes, 0, header).generation(generation).step(step).group(group);
  }

  void deliverHeld(Peer from) {
    deliver(from, held.limit());
  }

  /** Bytes of each part of a group's state. */
  static final List<Integer> PARTS = List.of(BYTES, 2 * Double.BYTES, BYTES, BYTES);

  /** A good part of the state, full of one value, to be spoilt. */
  StateEncoder goodState(int group, long step, int part, float value) {
    state
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(generation)
        .step(step)
        .group(group)
        .part(part)
        .partBytes(PARTS.get(part))
        .frameOffset(0);
    for (int at = 0; at < PARTS.get(part); at += Float.BYTES) {
      bytes.putFloat(state.limit() + at, value);
    }
    return state;
  }

  void deliverState(Peer from, int payloadBytes) {
    deliver(from, state.limit() + payloadBytes);
  }

  /** Sends everything that may be sent. */
  void drain() {
    for (int turn = 0; turn < 10; turn++) {
      assertThat(core.doWork(0)).isNotNegative();
    }
  }

  /** What was sent to a peer in this generation. */
  List<String> sentTo(Peer to) {
    drain();
    return wire(to).messages;
  }

  /** The session to a peer in this generation. */
  Wire wire(Peer to) {
    Wire wire = wires.get(to);
    if (wire == null) {
      throw new AssertionError("no session to " + to);
    }
    return wire;
  }

  boolean hasWire(Peer to) {
    Wire wire = wires.get(to);
    return wire != null && !wire.closed;
  }

  /** That nothing has changed: a whole step is still to be made, and can be. */
  void assertStepIsStillWhole(String waitedFor) {
    assertThat(core.waitsFor(0)).isEqualTo(waitedFor);
    assertThat(updaters).allMatch(updater -> updater.calls.isEmpty());
    Map<Rejection, Long> before = rejections.counted();
    deliverGood(0, 0);
    deliverGood(1, 0);
    assertThat(rejections.counted()).isEqualTo(before);
    for (FakeUpdater updater : updaters.subList(0, 2)) {
      assertThat(updater.calls).containsExactly("average 8 4", "update 0 0 1.0");
      assertHoldsMean(updater);
    }
  }

  void assertHoldsMean(FakeUpdater updater) {
    assertThat(TreeSums.bits(TreeSums.floats(updater.parameters, 0, LENGTH)))
        .isEqualTo(TreeSums.bits(mean()));
  }

  @Override
  public void close() {
    core.close();
    assertThat(updaters).allMatch(updater -> updater.closed);
    assertThat(allWires).allMatch(wire -> wire.closed);
  }
}
