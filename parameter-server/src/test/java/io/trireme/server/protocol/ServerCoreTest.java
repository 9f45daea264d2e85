package io.trireme.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerMember;
import io.trireme.common.control.WorkerMember;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.PeerLostException;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.FrameOpener;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareDecoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import io.trireme.common.wire.sbe.ParametersDecoder;
import io.trireme.server.kernel.TreeSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerCoreTest {

  private static final int SLOTS = 4;
  private static final int LENGTH = 6;
  private static final int BYTES = LENGTH * Float.BYTES;
  private static final int GENERATION = 3;
  private static final Peer SELF = Peer.server(0, 1);
  private static final Peer OTHER = Peer.server(1, 2);
  private static final Peer WORKER = Peer.worker(0, 3);
  private static final Endpoint PLACE = new Endpoint("host", 1, "driver", 2);
  private static final JobKey KEY = new JobKey(new byte[JobKey.LENGTH]);

  /** Three blocks: the first two are this server's, the third the other's. */
  private static final BlockPlan PLAN =
      new BlockPlan(
          List.of(
              new Block(0, 0, LENGTH, 0),
              new Block(1, LENGTH, LENGTH, 1),
              new Block(2, 2 * LENGTH, LENGTH, 2)),
          List.of(
              new BlockGroup(0, 0, 1, 0, LENGTH),
              new BlockGroup(1, 1, 1, LENGTH, LENGTH),
              new BlockGroup(2, 2, 1, 2 * LENGTH, LENGTH)));

  private final List<FakeUpdater> updaters = new ArrayList<>();
  private final Rejections rejections = new Rejections();
  private final Map<Peer, Wire> wires = new TreeMap<>((a, b) -> Integer.compare(a.id(), b.id()));
  private final Connector connector =
      (to, where) -> {
        Wire wire = new Wire(to);
        wires.put(to, wire);
        return new SecureSender(KEY, SELF, to, where, wire);
      };
  private final float[][] slots = TreeSums.randomSlots(new Random(3), SLOTS, LENGTH);
  private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[1024]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final ContributionEncoder contribution = new ContributionEncoder();
  private final NormShareEncoder share = new NormShareEncoder();
  private final List<ServerCore> cores = new ArrayList<>();

  @AfterEach
  void close() {
    cores.forEach(ServerCore::close);
    assertThat(updaters).allMatch(updater -> updater.closed);
    assertThat(wires.values()).allMatch(wire -> wire.closed);
  }

  private ServerCore core(double clipGlobalNorm) {
    ServerOptions options =
        new ServerOptions(
            SELF, PLAN, new SlotPlan(10, 8, SLOTS), 0, 3, 0, 2, clipGlobalNorm, 1_000_000_000);
    ServerCore core =
        new ServerCore(
            options,
            group -> {
              FakeUpdater updater = new FakeUpdater(group);
              updaters.add(updater);
              return updater;
            });
    cores.add(core);
    core.countInto(rejections);
    core.enter(
        new Membership(
            GENERATION,
            List.of(new WorkerMember(WORKER, PLACE, 0, SLOTS)),
            List.of(new ServerMember(SELF, PLACE, 0, 2), new ServerMember(OTHER, PLACE, 2, 3))),
        connector);
    return core;
  }

  /** A good contribution of all slots to a block in step 0, to be spoilt. */
  private ContributionEncoder good(int block, long step) {
    contribution
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(GENERATION)
        .step(step)
        .block(block)
        .slotFrom(0)
        .slotTo(SLOTS)
        .codec(Codec.NONE)
        .blockBytes(BYTES)
        .frameOffset(0);
    bytes.putBytes(
        contribution.limit(),
        TreeSums.offHeap(TreeSums.of(slots, new TreeNode(0, SLOTS))),
        0,
        BYTES);
    return contribution;
  }

  private int limit() {
    return contribution.limit() + BYTES;
  }

  private void deliver(ServerCore core, Peer from, int length) {
    headerDecoder.wrap(bytes, 0);
    int body = MessageHeaderDecoder.ENCODED_LENGTH;
    core.onMessage(from, headerDecoder, bytes, body, length - body);
  }

  private void deliverGood(ServerCore core, int block, long step) {
    good(block, step);
    deliver(core, WORKER, limit());
  }

  private void assertStepIsStillWhole(ServerCore core, String waitedFor) {
    assertThat(core.waitsFor()).isEqualTo(waitedFor);
    assertThat(updaters).allMatch(updater -> updater.calls.isEmpty());
    Map<Rejection, Long> before = rejections.counted();
    deliverGood(core, 0, 0);
    deliverGood(core, 1, 0);
    assertThat(rejections.counted()).isEqualTo(before);
    for (FakeUpdater updater : updaters) {
      assertThat(updater.calls).containsExactly("average 8 4", "update 0 0 1.0");
      assertThat(TreeSums.bits(TreeSums.floats(updater.parameters, 0, LENGTH)))
          .isEqualTo(TreeSums.bits(TreeSums.of(slots, new TreeNode(0, SLOTS))));
    }
  }

  @Test
  void contributionsThatAreNotInPlaceChangeNothingAndAreCounted() {
    ServerCore core = core(0);
    String waited = core.waitsFor();
    List<Consumer<ContributionEncoder>> spoilt =
        List.of(
            message -> message.generation(GENERATION - 1),
            message -> message.generation(GENERATION + 1),
            message -> message.step(-1),
            message -> message.step(1),
            message -> message.step(Long.MAX_VALUE),
            message -> message.step(Long.MIN_VALUE),
            message -> message.block(-1),
            message -> message.block(2),
            message -> message.block(3),
            message -> message.block(Integer.MAX_VALUE),
            message -> message.block(Integer.MIN_VALUE),
            message -> message.slotFrom(1),
            message -> message.slotFrom(4),
            message -> message.slotTo(0),
            message -> message.slotTo(3),
            message -> message.slotTo(5),
            message -> message.slotTo(65_534),
            message -> message.slotFrom(3).slotTo(1),
            message -> message.blockBytes(0),
            message -> message.blockBytes(-BYTES),
            message -> message.blockBytes(BYTES - 4),
            message -> message.blockBytes(BYTES + 4),
            message -> message.blockBytes(Integer.MAX_VALUE),
            message -> message.frameOffset(4),
            message -> message.frameOffset(-4),
            message -> message.frameOffset(-BYTES),
            message -> message.frameOffset(BYTES),
            message -> message.frameOffset(Integer.MAX_VALUE),
            message -> message.frameOffset(Integer.MIN_VALUE));
    for (int i = 0; i < spoilt.size(); i++) {
      spoilt.get(i).accept(good(0, 0));
      deliver(core, WORKER, limit());
      assertThat(rejections.of(Rejection.OUT_OF_PLACE)).as("message %d", i).isEqualTo(i + 1);
      assertThat(core.waitsFor()).isEqualTo(waited);
    }
    assertThat(rejections.counted()).containsOnlyKeys(Rejection.OUT_OF_PLACE);
    assertStepIsStillWhole(core, waited);
  }

  @Test
  void messagesThatAreNoContributionChangeNothingAndAreCounted() {
    ServerCore core = core(0);
    String waited = core.waitsFor();
    int bad = 0;
    for (int template : new int[] {0, 2, 4, 65_535}) {
      good(0, 0);
      header.wrap(bytes, 0).templateId(template);
      deliver(core, WORKER, limit());
      assertThat(rejections.of(Rejection.BAD_MESSAGE)).as("%d", template).isEqualTo(++bad);
    }
    for (int codec : new int[] {1, 2, 127, 128, 254, 255}) {
      good(0, 0);
      bytes.putByte(codecOffset(), (byte) codec);
      deliver(core, WORKER, limit());
      assertThat(rejections.of(Rejection.BAD_MESSAGE)).as("%d", codec).isEqualTo(++bad);
    }
    for (int payload : new int[] {0, 1, 2, 3, 5, BYTES - 1}) {
      good(0, 0);
      deliver(core, WORKER, contribution.limit() + payload);
      assertThat(rejections.of(Rejection.BAD_MESSAGE)).as("%d", payload).isEqualTo(++bad);
    }
    for (int fields : new int[] {0, 1, ContributionEncoder.BLOCK_LENGTH - 1}) {
      good(0, 0);
      header.wrap(bytes, 0).blockLength(fields);
      deliver(core, WORKER, limit());
      assertThat(rejections.of(Rejection.BAD_MESSAGE)).as("%d", fields).isEqualTo(++bad);
    }
    good(0, 0);
    deliver(core, OTHER, limit());
    assertThat(rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(++bad);
    assertThat(rejections.counted()).containsOnlyKeys(Rejection.BAD_MESSAGE);
    assertStepIsStillWhole(core, waited);
  }

  private static int codecOffset() {
    return MessageHeaderEncoder.ENCODED_LENGTH + ContributionEncoder.codecEncodingOffset();
  }

  @Test
  void payloadLongerThanTheBlockIsOutOfPlace() {
    ServerCore core = core(0);
    String waited = core.waitsFor();
    good(0, 0);
    deliver(core, WORKER, limit() + 4);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    assertStepIsStillWhole(core, waited);
  }

  @Test
  void fieldsOfALaterVersionArePassedOver() {
    ServerCore core = core(0);
    good(0, 0);
    byte[] payload = new byte[BYTES];
    bytes.getBytes(contribution.limit(), payload);
    header.wrap(bytes, 0).blockLength(ContributionEncoder.BLOCK_LENGTH + 8);
    bytes.putBytes(contribution.limit() + 8, payload);
    deliver(core, WORKER, limit() + 8);
    assertThat(rejections.counted()).isEmpty();
    assertThat(updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
    assertThat(updaters.get(0).parameters.getFloat(0)).isEqualTo((1 << SLOTS) - 1);
  }

  @Test
  void contributionIsCountedOnceAndLateOnesNotAtAll() {
    ServerCore core = core(0);
    good(0, 0).slotTo(2);
    deliver(core, WORKER, limit());
    deliver(core, WORKER, limit());
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(core.waitsFor()).isEqualTo("server 0 waits at step 0, block 0, for slots [2, 4)");
    deliverGood(core, 0, 0);
    deliverGood(core, 0, 0);
    assertThat(rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(1);
    assertThat(updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  @Test
  void stepsGoOnToTheLastAndNoFurther() {
    ServerCore core = core(0);
    assertThat(core.isFinished(0)).isFalse();
    for (long step = 0; step < 3; step++) {
      deliverGood(core, 0, step);
      deliverGood(core, 1, step);
    }
    // 10 examples in steps of 8: the second step is short, and the third is the next epoch's.
    assertThat(updaters.get(0).calls)
        .containsExactly(
            "average 8 4",
            "update 0 0 1.0",
            "average 2 2",
            "update 1 0 1.0",
            "average 8 4",
            "update 2 1 1.0");
    assertThat(core.waitsFor()).isEqualTo("server 0 waits for nothing");
    deliverGood(core, 0, 3);
    assertThat(rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(1);
    drain(core);
    assertThat(core.isFinished(0)).isTrue();
  }

  @Test
  void parametersGoToTheWorkerUnasked() {
    ServerCore core = core(0);
    drain(core);
    assertThat(wire(WORKER).parameters).containsExactly("block 0 of step 0", "block 1 of step 0");
    deliverGood(core, 1, 0);
    drain(core);
    assertThat(wire(WORKER).parameters).endsWith("block 1 of step 1").hasSize(3);
    assertThat(wire(WORKER).lastPayload).isEqualTo(TreeSums.of(slots, new TreeNode(0, SLOTS)));
    assertThat(core.sentBytes()).isEqualTo(wire(WORKER).bytes);
  }

  @Test
  void workerThatTakesNothingForTooLongIsLost() {
    ServerCore core = core(0);
    wire(WORKER).answer = Outbound.Offer.BACK_PRESSURED;
    assertThat(core.doWork(5)).isNotNegative();
    assertThat(core.doWork(1_000_000_005)).isNotNegative();
    assertThatThrownBy(() -> core.doWork(1_000_000_006))
        .isInstanceOf(PeerLostException.class)
        .hasMessageContaining("server 0 could send nothing to worker 0 at host:1/2 for 1 s");
    wire(WORKER).answer = Outbound.Offer.SENT;
    assertThat(core.doWork(1_000_000_007)).isPositive();
  }

  private void norm(ServerCore core, Peer from, int generation, long step, int block, double sum) {
    share
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(generation)
        .step(step)
        .block(block)
        .sumOfSquares(sum);
    deliver(core, from, share.limit());
  }

  @Test
  void groupsAreUpdatedOnceEveryBlocksShareIsThere() {
    ServerCore core = core(1);
    deliverGood(core, 0, 0);
    assertThat(updaters.get(0).calls).containsExactly("average 8 4", "square 0");
    deliverGood(core, 1, 0);
    norm(core, OTHER, GENERATION, 0, 2, 7);
    // 9 + 9 + 7 is the square of 5.
    assertThat(updaters.get(0).calls).endsWith("update 0 0 0.2");
    assertThat(updaters.get(1).calls).endsWith("update 0 0 0.2");
    drain(core);
    assertThat(wire(OTHER).shares)
        .containsExactly("block 0 of step 0: 9.0", "block 1 of step 0: 9.0");
  }

  @Test
  void sharesThatAreNotInPlaceChangeNothingAndAreCounted() {
    ServerCore core = core(1);
    norm(core, OTHER, GENERATION + 1, 0, 2, 1e9);
    norm(core, OTHER, GENERATION, 1, 2, 1e9);
    norm(core, OTHER, GENERATION, -1, 2, 1e9);
    norm(core, OTHER, GENERATION, 0, -1, 1e9);
    norm(core, OTHER, GENERATION, 0, 3, 1e9);
    norm(core, OTHER, GENERATION, 0, Integer.MIN_VALUE, 1e9);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 6L));
    norm(core, WORKER, GENERATION, 0, 2, 1e9);
    share.wrapAndApplyHeader(bytes, 0, header);
    header.wrap(bytes, 0).blockLength(NormShareEncoder.BLOCK_LENGTH - 1);
    deliver(core, OTHER, share.limit());
    assertThat(rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(2);
    norm(core, OTHER, GENERATION, 0, 2, 7);
    norm(core, OTHER, GENERATION, 0, 2, 1e9);
    assertThat(rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(7);
    deliverGood(core, 0, 0);
    deliverGood(core, 1, 0);
    assertThat(updaters.get(1).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void sharesOfBlocksThatThisServerHoldsAreNoOneElsesToSend() {
    ServerCore core = core(1);
    norm(core, OTHER, GENERATION, 0, 0, 1e9);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    norm(core, OTHER, GENERATION, 0, 2, 7);
    deliverGood(core, 0, 0);
    deliverGood(core, 1, 0);
    assertThat(updaters.get(0).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void sharesAreOutOfPlaceWhereNothingIsClipped() {
    ServerCore core = core(0);
    String waited = core.waitsFor();
    norm(core, OTHER, GENERATION, 0, 2, 7);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    assertStepIsStillWhole(core, waited);
  }

  @Test
  void updatersAreClosedWhenOneCannotBeMade() {
    ServerOptions options =
        new ServerOptions(SELF, PLAN, new SlotPlan(10, 8, SLOTS), 0, 3, 0, 2, 0, 1);
    assertThatThrownBy(
            () ->
                new ServerCore(
                    options,
                    group -> {
                      if (group.index() == 1) {
                        throw new IllegalStateException("no memory");
                      }
                      FakeUpdater updater = new FakeUpdater(group);
                      updaters.add(updater);
                      return updater;
                    }))
        .hasMessage("no memory");
    assertThat(updaters).singleElement().satisfies(made -> assertThat(made.closed).isTrue());
  }

  private static void drain(ServerCore core) {
    for (int turn = 0; turn < 10; turn++) {
      assertThat(core.doWork(0)).isNotNegative();
    }
  }

  private Wire wire(Peer to) {
    Wire wire = wires.get(to);
    if (wire == null) {
      throw new AssertionError("no session to " + to);
    }
    return wire;
  }

  /** A session that reads what it is given as the peer would. */
  private static final class Wire implements Outbound {
    final List<String> parameters = new ArrayList<>();
    final List<String> shares = new ArrayList<>();
    private final FrameOpener opener;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ParametersDecoder decoder = new ParametersDecoder();
    private final NormShareDecoder share = new NormShareDecoder();
    float[] lastPayload = {};
    Offer answer = Offer.SENT;
    long bytes;
    boolean closed;

    Wire(Peer self) {
      opener = new FrameOpener(KEY, self, new Rejections());
      opener.admit(SELF);
    }

    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      if (answer == Offer.SENT) {
        bytes += length;
        read(opener.open(frame, offset, length));
      }
      return answer;
    }

    private void read(int length) {
      DirectBuffer message = opener.message();
      header.wrap(message, 0);
      int body = MessageHeaderDecoder.ENCODED_LENGTH;
      if (header.templateId() == ParametersDecoder.TEMPLATE_ID) {
        decoder.wrap(message, body, header.blockLength(), header.version());
        assertThat(decoder.generation()).isEqualTo(GENERATION);
        assertThat(decoder.blockBytes()).isEqualTo(length - decoder.limit()).isEqualTo(BYTES);
        lastPayload = TreeSums.floats(message, decoder.limit(), LENGTH);
        parameters.add("block " + decoder.block() + " of step " + decoder.step());
      } else {
        share.wrap(message, body, header.blockLength(), header.version());
        shares.add(
            "block " + share.block() + " of step " + share.step() + ": " + share.sumOfSquares());
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
