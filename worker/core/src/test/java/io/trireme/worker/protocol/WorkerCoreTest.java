package io.trireme.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ParametersEncoder;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerCoreTest {

  private static final int LENGTH = 6;
  private static final int BYTES = LENGTH * Float.BYTES;
  private static final int GENERATION = 3;
  private static final Peer SELF = Peer.worker(0, 1);
  private static final Peer FIRST = Peer.server(0, 2);
  private static final Peer SECOND = Peer.server(1, 3);
  private static final Endpoint PLACE = new Endpoint("host", 1, "driver", 2);
  private static final BlockPlan PLAN =
      new BlockPlan(
          List.of(new Block(0, 0, LENGTH, 0), new Block(1, LENGTH, LENGTH, 1)),
          List.of(new BlockGroup(0, 0, 1, 0, LENGTH), new BlockGroup(1, 1, 1, LENGTH, LENGTH)));

  private static final JobKey KEY = new JobKey(new byte[JobKey.LENGTH]);

  /** Server 0 sends block 0, which server 1 backs up; server 1 sends block 1. */
  private static final GroupHolders[] GROUPS = {
    new GroupHolders(0, 1, true), new GroupHolders(1, 0, false)
  };

  private final UnsafeBuffer parameters = new UnsafeBuffer(new byte[2 * BYTES]);
  private final Rejections rejections = new Rejections();
  private final WorkerCore core =
      new WorkerCore(
          new WorkerOptions(
              SELF, PLAN, new ReductionTree(4), 9, false, CompressionPlan.plain(PLAN), false),
          parameters,
          rejections);
  private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final ParametersEncoder message = new ParametersEncoder();

  private final Map<Peer, Session> sessions = new HashMap<>();

  @BeforeEach
  void enter() {
    enter(GENERATION, 5, 0, 4, GROUPS);
  }

  private void enter(int generation, long step, int slotFrom, int slotTo, GroupHolders... groups) {
    sessions.clear();
    core.enter(
        new Membership(
            generation,
            step,
            List.of(),
            List.of(
                new WorkerMember(Peer.worker(7, 8), PLACE, 0, 4),
                new WorkerMember(SELF, PLACE, slotFrom, slotTo)),
            List.of(new ServerMember(FIRST, PLACE), new ServerMember(SECOND, PLACE)),
            List.of(groups),
            List.of(),
            null),
        (to, where) -> {
          Session session = new Session();
          sessions.put(to, session);
          return new SecureSender(KEY, generation, SELF, to, where, session);
        });
  }

  @AfterEach
  void close() {
    core.close();
  }

  private ParametersEncoder good(int block, long step, float value) {
    message
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(GENERATION)
        .step(step)
        .block(block)
        .codec(Codec.NONE)
        .blockBytes(BYTES)
        .frameOffset(0);
    for (int i = 0; i < LENGTH; i++) {
      bytes.putFloat(message.limit() + i * Float.BYTES, value);
    }
    return message;
  }

  private void deliver(Peer from, int length) {
    headerDecoder.wrap(bytes, 0);
    int body = MessageHeaderDecoder.ENCODED_LENGTH;
    core.intake().onMessage(from, headerDecoder, bytes, body, length - body);
  }

  private int limit() {
    return message.limit() + BYTES;
  }

  private void assertTakesTheGoodOnes(Map<Rejection, Long> counted) {
    assertThat(rejections.counted()).isEqualTo(counted);
    for (int i = 0; i < parameters.capacity(); i++) {
      assertThat(parameters.getByte(i)).isZero();
    }
    good(0, 5, 1.5f);
    deliver(FIRST, limit());
    assertThat(core.intake().isReady()).isFalse();
    good(1, 5, 2.5f);
    deliver(SECOND, limit());
    assertThat(core.intake().isReady()).isTrue();
    for (int i = 0; i < LENGTH; i++) {
      assertThat(parameters.getFloat(i * Float.BYTES)).isEqualTo(1.5f);
      assertThat(parameters.getFloat(BYTES + i * Float.BYTES)).isEqualTo(2.5f);
    }
    assertThat(rejections.counted()).isEqualTo(counted);
  }

  @Test
  void codecsThatNobodyKnowsAreCountedAndChangeNothing() {
    for (int codec : new int[] {1, 2, 127, 128, 254, 255}) {
      good(0, 5, 9);
      bytes.putByte(
          MessageHeaderEncoder.ENCODED_LENGTH + ParametersEncoder.codecEncodingOffset(),
          (byte) codec);
      deliver(FIRST, limit());
    }
    assertTakesTheGoodOnes(Map.of(Rejection.BAD_MESSAGE, 6L));
  }

  @Test
  void otherMessagesAndCutOnesAreCountedAndChangeNothing() {
    for (int template : new int[] {0, 1, 3, 65_535}) {
      good(0, 5, 9);
      header.wrap(bytes, 0).templateId(template);
      deliver(FIRST, limit());
    }
    good(0, 5, 9);
    header.wrap(bytes, 0).blockLength(ParametersEncoder.BLOCK_LENGTH - 1);
    deliver(FIRST, limit());
    for (int payload : new int[] {0, 1, 3, BYTES - 1}) {
      good(0, 5, 9);
      deliver(FIRST, message.limit() + payload);
    }
    assertTakesTheGoodOnes(Map.of(Rejection.BAD_MESSAGE, 9L));
  }

  @Test
  void parametersThatAreNotInPlaceAreCountedAndChangeNothing() {
    List<Consumer<ParametersEncoder>> spoilt =
        List.of(
            parameters -> parameters.generation(GENERATION + 1),
            parameters -> parameters.step(4),
            parameters -> parameters.step(6),
            parameters -> parameters.block(-1),
            parameters -> parameters.block(1),
            parameters -> parameters.block(2),
            parameters -> parameters.block(Integer.MIN_VALUE),
            parameters -> parameters.blockBytes(BYTES + 4),
            parameters -> parameters.blockBytes(-1),
            parameters -> parameters.frameOffset(4),
            parameters -> parameters.frameOffset(Integer.MAX_VALUE));
    for (Consumer<ParametersEncoder> spoil : spoilt) {
      spoil.accept(good(0, 5, 9));
      deliver(FIRST, limit());
    }
    good(0, 5, 9);
    deliver(FIRST, limit() + 4);
    assertTakesTheGoodOnes(Map.of(Rejection.OUT_OF_PLACE, 12L));
  }

  @Test
  void negativeOffsetsNeverReachTheVector() {
    for (int offset : new int[] {-4, -BYTES, Integer.MIN_VALUE}) {
      good(0, 5, 9).frameOffset(offset);
      deliver(FIRST, limit());
    }
    assertThat(rejections.counted().values()).containsExactly(3L);
    assertTakesTheGoodOnes(rejections.counted());
  }

  @Test
  void entryDropsWhatWasGatheredAndGathersAnew() {
    deliverGood(FIRST, GENERATION, 0, 5, 1.5f);
    enter(GENERATION + 1, 5, 0, 4, GROUPS);
    deliverGood(SECOND, GENERATION + 1, 1, 5, 2.5f);
    assertThat(core.intake().isReady()).isFalse();
    assertThat(core.waitsFor(0))
        .isEqualTo(
            "worker 0 of generation 4 waits for block 0 of step 5 (1 blocks missing) from server"
                + " 0");
    deliverGood(FIRST, GENERATION, 0, 5, 9);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    deliverGood(FIRST, GENERATION + 1, 0, 5, 3.5f);
    assertThat(core.intake().isReady()).isTrue();
    assertThat(parameters.getFloat(0)).isEqualTo(3.5f);
  }

  @Test
  void entryMayGoBackAStep() {
    deliverGood(FIRST, GENERATION, 0, 5, 1);
    deliverGood(SECOND, GENERATION, 1, 5, 1);
    core.beginStep();
    deliverGood(FIRST, GENERATION, 0, 6, 2);
    assertThat(core.intake().awaitedStep()).isEqualTo(6);
    enter(GENERATION + 1, 5, 0, 4, GROUPS);
    assertThat(core.intake().awaitedStep()).isEqualTo(5);
    deliverGood(FIRST, GENERATION + 1, 0, 6, 3);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    deliverGood(FIRST, GENERATION + 1, 0, 5, 1);
    deliverGood(SECOND, GENERATION + 1, 1, 5, 1);
    assertThat(core.intake().isReady()).isTrue();
    assertThat(parameters.getFloat(0)).isEqualTo(1);
  }

  @Test
  void parametersComeFromThePrimariesOfTheGeneration() {
    enter(GENERATION + 1, 5, 0, 4, new GroupHolders(1, 0, true), new GroupHolders(1, 0, true));
    assertThat(sessions).containsOnlyKeys(SECOND);
    deliverGood(FIRST, GENERATION + 1, 0, 5, 9);
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    deliverGood(SECOND, GENERATION + 1, 0, 5, 1);
    deliverGood(SECOND, GENERATION + 1, 1, 5, 1);
    assertThat(core.intake().isReady()).isTrue();
  }

  @Test
  void slotsAreThoseOfTheGeneration() {
    assertThat(core.nodes()).containsExactly(new TreeNode(0, 4));
    enter(GENERATION + 1, 5, 1, 4, GROUPS);
    assertThat(core.nodes()).containsExactly(new TreeNode(1, 2), new TreeNode(2, 4));
  }

  @Test
  void entryDropsWhatWasBeingPushed() {
    deliverGood(FIRST, GENERATION, 0, 5, 1);
    deliverGood(SECOND, GENERATION, 1, 5, 1);
    core.beginStep();
    Session toFirst = session(FIRST);
    Session toSecond = session(SECOND);
    core.push(new TreeNode(0, 4), new UnsafeBuffer(new byte[2 * BYTES]));
    toFirst.taking = true;
    assertThat(core.outbox().pump(0)).isEqualTo(2);
    assertThat(core.outbox().isPushed(0)).as("server 1 takes nothing").isFalse();
    long sent = core.outbox().sentBytes();
    assertThat(sent).isPositive().isEqualTo(toFirst.bytes);
    enter(GENERATION + 1, 5, 0, 4, GROUPS);
    assertThat(List.of(toFirst, toSecond)).allMatch(session -> session.closed);
    sessions.values().forEach(session -> session.taking = true);
    assertThat(core.outbox().pump(1)).isZero();
    assertThat(sessions.values()).allMatch(session -> session.bytes == 0);
    assertThat(core.outbox().sentBytes()).as("over all generations").isEqualTo(sent);
  }

  @Test
  void generationOfOthersIsRefused() {
    Membership others =
        new Membership(9, 5, List.of(), List.of(), List.of(), List.of(GROUPS), List.of(), null);
    assertThatThrownBy(
            () ->
                core.enter(
                    others,
                    (to, where) -> {
                      throw new AssertionError("there is no session");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("worker 0 is no member of generation 9");
  }

  @Test
  void stepCannotBeginBeforeItsParametersAreThere() {
    deliverGood(FIRST, GENERATION, 0, 5, 1);
    assertThatThrownBy(core::beginStep)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("step 5 lacks 1 blocks");
  }

  private void deliverGood(Peer from, int generation, int block, long step, float value) {
    good(block, step, value).generation(generation);
    deliver(from, limit());
  }

  private Session session(Peer to) {
    Session session = sessions.get(to);
    if (session == null) {
      throw new AssertionError("no session to " + to);
    }
    return session;
  }

  private static final class Session implements Outbound {
    boolean taking;
    boolean closed;
    long bytes;

    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      if (!taking) {
        return Offer.NOT_CONNECTED;
      }
      bytes += length;
      return Offer.SENT;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
