package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreBench.ALONE;
import static io.trireme.server.protocol.CoreBench.BYTES;
import static io.trireme.server.protocol.CoreBench.GENERATION;
import static io.trireme.server.protocol.CoreBench.LENGTH;
import static io.trireme.server.protocol.CoreBench.PLAN;
import static io.trireme.server.protocol.CoreBench.SELF;
import static io.trireme.server.protocol.CoreBench.SLOTS;
import static io.trireme.server.protocol.CoreBench.WORKER;
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

  private final List<CoreBench> benches = new ArrayList<>();
  private final UnsafeBuffer encoded = new UnsafeBuffer(new byte[8192]);
  private int encodedBytes;

  @AfterEach
  void close() {
    benches.forEach(CoreBench::close);
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

  private CoreBench bench(CompressionPlan compression, boolean skip) {
    CoreBench bench =
        new CoreBench(
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
    benches.add(bench);
    return bench.enter(GENERATION, 0, ALONE, WORKER);
  }

  private void encode(CoreBench bench, CompressionPlan compression, int block) {
    try (BlockEncoder encoder = compression.way(block).encoder()) {
      encodedBytes =
          encoder.encode(
              0,
              compression.waySeed(block, new TreeNode(0, SLOTS)),
              TreeSums.offHeap(bench.root()),
              0,
              encoded,
              0);
    }
  }

  /** Delivers some bytes as a part of a contribution of all slots. */
  private static void deliver(
      CoreBench bench, int block, Codec codec, UnsafeBuffer from, int total, int at, int length) {
    ContributionEncoder message = bench.good(block, 0).codec(codec).blockBytes(total);
    message.frameOffset(at);
    bench.bytes.putBytes(message.limit(), from, at, length);
    bench.deliver(WORKER, message.limit() + length);
  }

  @Test
  void encodedBytesBecomeFloatsWhenTheyAreWhole() {
    CompressionPlan compression = plan("int8", "none", 0);
    CoreBench bench = bench(compression, false);
    encode(bench, compression, 0);
    deliver(bench, 0, Codec.INT8, encoded, encodedBytes, 0, 3);
    assertThat(bench.updaters.get(0).calls).isEmpty();
    deliver(bench, 0, Codec.INT8, encoded, encodedBytes, 3, encodedBytes - 3);
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
    assertThat(bench.rejections.counted()).isEmpty();
    float[] mean = bench.mean();
    float greatest = 0;
    for (float value : mean) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    for (int i = 0; i < LENGTH; i++) {
      assertThat(bench.updaters.get(0).parameters.getFloat(i * Float.BYTES))
          .isCloseTo(mean[i], within(greatest / 127));
    }
  }

  @Test
  void otherCodecsThanTheJobsAreRefused() {
    CompressionPlan compression = plan("int8", "none", 0);
    CoreBench bench = bench(compression, false);
    encode(bench, compression, 0);
    int bad = 0;
    for (Codec codec : Codec.values()) {
      if (codec != Codec.INT8 && codec != Codec.NONE && codec != Codec.NULL_VAL) {
        deliver(bench, 0, codec, encoded, encodedBytes, 0, encodedBytes);
        assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).as("%s", codec).isEqualTo(++bad);
      }
    }
    deliver(bench, 0, Codec.INT8, encoded, compression.maxWayBytes(0) + 1, 0, 4);
    deliver(bench, 0, Codec.INT8, encoded, 0, 0, 4);
    deliver(bench, 0, Codec.INT8, encoded, -1, 0, 4);
    deliver(bench, 0, Codec.INT8, encoded, encodedBytes, 0, encodedBytes + 1);
    assertThat(bench.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(4);
    deliver(bench, 0, Codec.INT8, encoded, encodedBytes, 0, encodedBytes);
    assertThat(bench.updaters.get(0).calls).hasSize(2);
  }

  @Test
  void warmUpStepsTravelPlain() {
    CoreBench bench = bench(plan("thc", "none", 1), false);
    bench.deliverGood(0, 0);
    bench.assertHoldsMean(bench.updaters.get(0));
    bench.deliverGood(0, 1);
    assertThat(bench.rejections.counted())
        .as("whole numbers are added up in step 1")
        .isEqualTo(Map.of(Rejection.BAD_MESSAGE, 1L));
  }

  /** Those of a worker that leaves are. */
  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16", "int8", "onebit", "threshold", "topk", "powersgd"})
  void plainContributionsAddUpWithEncodedOnesAndCountOnce(String codec) {
    CompressionPlan compression = plan(codec, "none", 0);
    CoreBench plain = bench(compression, false);
    plain.deliverGood(0, 0);
    plain.assertHoldsMean(plain.updaters.get(0));
    plain.deliverGood(0, 0);
    assertThat(plain.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    CoreBench mixed = bench(compression, false);
    UnsafeBuffer ones = new UnsafeBuffer(new byte[BYTES]);
    for (int i = 0; i < LENGTH; i++) {
      ones.putFloat(i * Float.BYTES, 1f);
    }
    encode(mixed, compression, 0);
    UnsafeBuffer alone = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(BYTES));
    assertThat(compression.way(0).decoder().decode(encoded, 0, encodedBytes, alone, 0)).isTrue();
    deliverHalf(mixed, 0, Codec.NONE, ones, BYTES);
    deliverHalf(mixed, 0, Codec.NONE, ones, BYTES);
    assertThat(mixed.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    deliverHalf(mixed, SLOTS / 2, compression.way(0).wire(), encoded, encodedBytes);
    assertThat(mixed.updaters.get(0).calls).hasSize(2);
    for (int i = 0; i < LENGTH; i++) {
      assertThat(mixed.updaters.get(0).parameters.getFloat(i * Float.BYTES))
          .isCloseTo((alone.getFloat(i * Float.BYTES) + 1f) / 2, within(1e-6f));
    }
  }

  private static void deliverHalf(
      CoreBench bench, int from, Codec codec, UnsafeBuffer bytes, int total) {
    ContributionEncoder message =
        bench.good(0, 0).codec(codec).blockBytes(total).slotFrom(from).slotTo(from + SLOTS / 2);
    bench.bytes.putBytes(message.limit(), bytes, 0, total);
    bench.deliver(WORKER, message.limit() + total);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16", "int8", "onebit", "threshold", "topk", "thc", "powersgd"})
  void corruptedEncodingsDoNoHarm(String codec) {
    CompressionPlan compression = plan(codec, "none", 0);
    Random random = new Random(9);
    Codec wire = compression.way(0).wire();
    int max = compression.maxWayBytes(0);
    UnsafeBuffer noise = new UnsafeBuffer(new byte[max]);
    for (int round = 0; round < 200; round++) {
      CoreBench bench = new CoreBench(options(compression)).enter(GENERATION, 0, ALONE, WORKER);
      random.nextBytes(noise.byteArray());
      encode(bench, compression, 0);
      int total = 1 + random.nextInt(max);
      if (random.nextBoolean()) {
        total = encodedBytes;
        noise.putBytes(0, encoded, 0, encodedBytes);
        noise.putByte(random.nextInt(encodedBytes), (byte) random.nextInt());
      }
      deliver(bench, 0, wire, noise, total, 0, total);
      if (bench.updaters.get(0).calls.isEmpty()) {
        assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.BAD_MESSAGE, 1L));
        deliver(bench, 0, wire, encoded, encodedBytes, 0, encodedBytes);
      }
      assertThat(bench.updaters.get(0).calls).hasSize(2);
      bench.close();
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
    CoreBench bench = bench(CompressionPlan.plain(PLAN), true);
    bench.drain();
    UnsafeBuffer mark = new UnsafeBuffer(new byte[4]);
    deliver(bench, 0, Codec.VOID, mark, 4, 0, 4);
    deliver(bench, 1, Codec.VOID, mark, 4, 0, 4);
    assertThat(bench.rejections.counted()).isEmpty();
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4");
    assertThat(bench.sentTo(WORKER)).contains("block 0 of step 1", "block 1 of step 1");
    bench.deliverGood(0, 1);
    assertThat(bench.updaters.get(0).calls)
        .containsExactly("average 8 4", "average 2 2", "update 1 0 1.0");
  }

  @Test
  void voidContributionIsRefusedWhereTheJobIsToFail() {
    CoreBench bench = bench(CompressionPlan.plain(PLAN), false);
    deliver(bench, 0, Codec.VOID, new UnsafeBuffer(new byte[4]), 4, 0, 4);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.BAD_MESSAGE, 1L));
  }

  @Test
  void changesTravelEncodedToWhomeverHasWhatWasBeforeThem() {
    CoreBench bench = bench(plan("none", "bf16", 0), false);
    bench.drain();
    assertThat(bench.wire(WORKER).lastPayload).as("parameters").hasSize(LENGTH);
    bench.deliverGood(0, 0);
    bench.drain();
    assertThat(bench.wire(WORKER).lastPayload).as("a change").hasSize(LENGTH / 2);
    bench.enter(GENERATION + 1, 0, ALONE, WORKER);
    bench.drain();
    assertThat(bench.wire(WORKER).lastPayload).as("parameters").hasSize(LENGTH);
  }
}
