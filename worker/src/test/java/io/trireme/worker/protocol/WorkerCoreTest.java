package io.trireme.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerMember;
import io.trireme.common.control.WorkerMember;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
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

  private final UnsafeBuffer parameters = new UnsafeBuffer(new byte[2 * BYTES]);
  private final Rejections rejections = new Rejections();
  private final WorkerCore core =
      new WorkerCore(
          new WorkerOptions(SELF, PLAN, new ReductionTree(2), 5, 1_000_000_000), parameters);
  private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final ParametersEncoder message = new ParametersEncoder();

  @BeforeEach
  void enter() {
    core.countInto(rejections);
    core.enter(
        new Membership(
            GENERATION,
            List.of(new WorkerMember(SELF, PLACE, 0, 2)),
            List.of(new ServerMember(FIRST, PLACE, 0, 1), new ServerMember(SECOND, PLACE, 1, 2))),
        (to, where) ->
            new SecureSender(new JobKey(new byte[JobKey.LENGTH]), SELF, to, where, new Unheard()));
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
    core.onMessage(from, headerDecoder, bytes, body, length - body);
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
    assertThat(core.isReady()).isFalse();
    good(1, 5, 2.5f);
    deliver(SECOND, limit());
    assertThat(core.isReady()).isTrue();
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

  private static final class Unheard implements Outbound {
    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      return Offer.NOT_CONNECTED;
    }

    @Override
    public void close() {}
  }
}
