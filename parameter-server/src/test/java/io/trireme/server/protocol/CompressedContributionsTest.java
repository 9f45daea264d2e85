package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.ALONE;
import static io.trireme.server.protocol.CoreFixture.BYTES;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.LENGTH;
import static io.trireme.server.protocol.CoreFixture.PLAN;
import static io.trireme.server.protocol.CoreFixture.SELF;
import static io.trireme.server.protocol.CoreFixture.SLOTS;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with encoded contributions, good and bad, and with void ones. */
class CompressedContributionsTest {

  private final List<CoreFixture> fixtures = new ArrayList<>();
  private final UnsafeBuffer encoded = new UnsafeBuffer(new byte[8192]);
  private int encodedBytes;

  @AfterEach
  void close() {
    fixtures.forEach(CoreFixture::close);
  }

  private static CompressionPlan plan(String way, String back, int warmupSteps) {
    Segment weights =
        new Segment(
            "0_W", 0, 0, 3 * LENGTH, List.of(3L, 6L), 'c', SegmentKind.WEIGHT, "", List.of());
    return CompressionPlan.of(
        new Layout(3 * LENGTH, List.of(weights), List.of(), true),
        PLAN,
        new CompressionConfig(
            new CodecConfig(way, Map.of()),
            List.of(),
            new CodecConfig(back, Map.of()),
            warmupSteps),
        7);
  }

  private CoreFixture server(CompressionPlan compression, boolean skip) {
    CoreFixture server =
        new CoreFixture(
            new ServerOptions(
                SELF,
                PLAN,
                new SlotPlan(10, 8, SLOTS),
                0,
                3,
                ServerOptions.WHOLE_STEPS,
                0,
                compression,
                skip));
    fixtures.add(server);
    return server.enter(GENERATION, 0, ALONE, WORKER);
  }

  private void encode(CoreFixture server, CompressionPlan compression, int block) {
    try (BlockEncoder encoder = compression.gradientCodec(block).encoder()) {
      encodedBytes =
          encoder.encode(
              0,
              compression.gradientSeed(block, new TreeNode(0, SLOTS)),
              TreeSums.offHeap(server.root()),
              0,
              encoded,
              0);
    }
  }

  /** Delivers some bytes as a part of a contribution of all slots. */
  private static void deliver(
      CoreFixture server,
      int block,
      Codec codec,
      UnsafeBuffer from,
      int total,
      int at,
      int length) {
    ContributionEncoder message = server.good(block, 0).codec(codec).blockBytes(total);
    message.frameOffset(at);
    server.bytes.putBytes(message.limit(), from, at, length);
    server.deliver(WORKER, message.limit() + length);
  }

  @Test
  void encodedBytesBecomeFloatsWhenTheyAreWhole() {
    CompressionPlan compression = plan("int8", "none", 0);
    CoreFixture server = server(compression, false);
    encode(server, compression, 0);
    deliver(server, 0, Codec.INT8, encoded, encodedBytes, 0, 3);
    assertThat(server.updaters.get(0).calls).isEmpty();
    deliver(server, 0, Codec.INT8, encoded, encodedBytes, 3, encodedBytes - 3);
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
    assertThat(server.rejections.counted()).isEmpty();
    float[] mean = server.mean();
    float greatest = 0;
    for (float value : mean) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    for (int i = 0; i < LENGTH; i++) {
      assertThat(server.updaters.get(0).parameters.getFloat(i * Float.BYTES))
          .isCloseTo(mean[i], within(greatest / 127));
    }
  }

  @Test
  void otherCodecsThanTheJobsAreRefused() {
    CompressionPlan compression = plan("int8", "none", 0);
    CoreFixture server = server(compression, false);
    encode(server, compression, 0);
    int bad = 0;
    for (Codec codec : Codec.values()) {
      if (!List.of(Codec.INT8, Codec.NONE, Codec.COUNTED, Codec.NULL_VAL).contains(codec)) {
        deliver(server, 0, codec, encoded, encodedBytes, 0, encodedBytes);
        assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).as("%s", codec).isEqualTo(++bad);
      }
    }
    deliver(server, 0, Codec.INT8, encoded, compression.maxGradientBytes(0) + 1, 0, 4);
    deliver(server, 0, Codec.INT8, encoded, 0, 0, 4);
    deliver(server, 0, Codec.INT8, encoded, -1, 0, 4);
    deliver(server, 0, Codec.INT8, encoded, encodedBytes, 0, encodedBytes + 1);
    assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(4);
    deliver(server, 0, Codec.COUNTED, encoded, 4, 0, 4);
    assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).as("it is not").isEqualTo(5);
    deliver(server, 0, Codec.INT8, encoded, encodedBytes, 0, encodedBytes);
    assertThat(server.updaters.get(0).calls).hasSize(2);
  }

  @Test
  void warmUpStepsTravelPlain() {
    CoreFixture server = server(plan("thc", "none", 1), false);
    server.deliverGood(0, 0);
    server.assertHoldsMean(server.updaters.get(0));
    server.deliverGood(0, 1);
    assertThat(server.rejections.counted())
        .as("whole numbers are added up in step 1")
        .isEqualTo(Map.of(Rejection.BAD_MESSAGE, 1L));
  }

  /** Those of a worker that leaves are. */
  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16", "int8", "onebit", "threshold", "topk", "powersgd"})
  void plainContributionsAddUpWithEncodedOnesAndCountOnce(String codec) {
    CompressionPlan compression = plan(codec, "none", 0);
    CoreFixture plain = server(compression, false);
    plain.deliverGood(0, 0);
    plain.assertHoldsMean(plain.updaters.get(0));
    plain.deliverGood(0, 0);
    assertThat(plain.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    CoreFixture mixed = server(compression, false);
    UnsafeBuffer ones = new UnsafeBuffer(new byte[BYTES]);
    for (int i = 0; i < LENGTH; i++) {
      ones.putFloat(i * Float.BYTES, 1f);
    }
    encode(mixed, compression, 0);
    UnsafeBuffer alone = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(BYTES));
    assertThat(compression.gradientCodec(0).decoder().decode(encoded, 0, encodedBytes, alone, 0))
        .isTrue();
    deliverHalf(mixed, 0, Codec.NONE, ones, BYTES);
    deliverHalf(mixed, 0, Codec.NONE, ones, BYTES);
    assertThat(mixed.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    deliverHalf(mixed, SLOTS / 2, compression.gradientCodec(0).wire(), encoded, encodedBytes);
    assertThat(mixed.updaters.get(0).calls).hasSize(2);
    for (int i = 0; i < LENGTH; i++) {
      assertThat(mixed.updaters.get(0).parameters.getFloat(i * Float.BYTES))
          .isCloseTo((alone.getFloat(i * Float.BYTES) + 1f) / 2, within(1e-6f));
    }
  }

  private static void deliverHalf(
      CoreFixture server, int from, Codec codec, UnsafeBuffer bytes, int total) {
    ContributionEncoder message =
        server.good(0, 0).codec(codec).blockBytes(total).slotFrom(from).slotTo(from + SLOTS / 2);
    server.bytes.putBytes(message.limit(), bytes, 0, total);
    server.deliver(WORKER, message.limit() + total);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16", "int8", "onebit", "threshold", "topk", "thc", "powersgd"})
  void corruptedEncodingsDoNoHarm(String codec) {
    CompressionPlan compression = plan(codec, "none", 0);
    Random random = new Random(9);
    Codec wire = compression.gradientCodec(0).wire();
    int max = compression.maxGradientBytes(0);
    UnsafeBuffer noise = new UnsafeBuffer(new byte[max]);
    for (int round = 0; round < 200; round++) {
      CoreFixture server =
          new CoreFixture(options(compression)).enter(GENERATION, 0, ALONE, WORKER);
      random.nextBytes(noise.byteArray());
      encode(server, compression, 0);
      int total = 1 + random.nextInt(max);
      if (random.nextBoolean()) {
        total = encodedBytes;
        noise.putBytes(0, encoded, 0, encodedBytes);
        noise.putByte(random.nextInt(encodedBytes), (byte) random.nextInt());
      }
      deliver(server, 0, wire, noise, total, 0, total);
      if (server.updaters.get(0).calls.isEmpty()) {
        assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.BAD_MESSAGE, 1L));
        deliver(server, 0, wire, encoded, encodedBytes, 0, encodedBytes);
      }
      assertThat(server.updaters.get(0).calls).hasSize(2);
      server.close();
    }
  }

  private static ServerOptions options(CompressionPlan compression) {
    return new ServerOptions(
        SELF,
        PLAN,
        new SlotPlan(10, 8, SLOTS),
        0,
        3,
        ServerOptions.WHOLE_STEPS,
        0,
        compression,
        false);
  }

  @Test
  void voidContributionMakesItsStepCountForNobody() {
    CoreFixture server = server(CompressionPlan.plain(PLAN), true);
    server.drain();
    UnsafeBuffer mark = new UnsafeBuffer(new byte[4]);
    deliver(server, 0, Codec.VOID, mark, 4, 0, 4);
    deliver(server, 1, Codec.VOID, mark, 4, 0, 4);
    assertThat(server.rejections.counted()).isEmpty();
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4");
    assertThat(server.sentTo(WORKER)).contains("block 0 of step 1", "block 1 of step 1");
    server.deliverGood(0, 1);
    assertThat(server.updaters.get(0).calls)
        .containsExactly("average 8 4", "average 2 2", "update 1 0 1.0");
  }

  @Test
  void voidContributionIsRefusedWhereTheJobIsToFail() {
    CoreFixture server = server(CompressionPlan.plain(PLAN), false);
    deliver(server, 0, Codec.VOID, new UnsafeBuffer(new byte[4]), 4, 0, 4);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.BAD_MESSAGE, 1L));
  }

  @Test
  void changesTravelEncodedToWhomeverHasWhatWasBeforeThem() {
    CoreFixture server = server(plan("none", "bf16", 0), false);
    server.drain();
    assertThat(server.wire(WORKER).lastPayload).as("parameters").hasSize(LENGTH);
    server.deliverGood(0, 0);
    server.drain();
    assertThat(server.wire(WORKER).lastPayload).as("a change").hasSize(LENGTH / 2);
    server.enter(GENERATION + 1, 0, ALONE, WORKER);
    server.drain();
    assertThat(server.wire(WORKER).lastPayload).as("parameters").hasSize(LENGTH);
  }
}
