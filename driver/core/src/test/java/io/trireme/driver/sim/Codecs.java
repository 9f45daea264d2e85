package io.trireme.driver.sim;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.CompressionConfig.SegmentCodec;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.common.slots.SlotPlan;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Jobs whose gradients or parameters travel by codecs. */
final class Codecs {

  static final BlockPlan PLAN =
      new BlockPlan(
          List.of(
              new Block(0, 0, 2000, 0),
              new Block(1, 2000, 1500, 1),
              new Block(2, 3500, 400, 1),
              new Block(3, 3900, 300, 2)),
          List.of(
              new BlockGroup(0, 0, 1, 0, 2000),
              new BlockGroup(1, 1, 2, 2000, 1900),
              new BlockGroup(2, 3, 1, 3900, 300)));

  static final Layout LAYOUT =
      new Layout(
          4200,
          List.of(
              segment("0_W", 0, 4000, List.of(40L, 100L), SegmentKind.WEIGHT),
              segment("0_b", 4000, 100, List.of(1L, 100L), SegmentKind.WEIGHT),
              segment("1_mean", 4100, 100, List.of(1L, 100L), SegmentKind.STATISTIC)),
          List.of(),
          true);

  /** Each as gradients travel by it. */
  private static final List<String> GRADIENTS =
      List.of("bf16", "fp16", "int8", "onebit", "threshold", "topk", "thc", "powersgd", "none");

  /** Each as parameters travel by it. */
  private static final List<String> PARAMETERS =
      List.of("none", "bf16", "fp16", "int8", "topk", "thc", "powersgd");

  private Codecs() {}

  private static Segment segment(
      String name, long offset, long length, List<Long> shape, SegmentKind kind) {
    return new Segment(name, 0, offset, length, shape, 'c', kind, "", List.of());
  }

  static CodecConfig codec(String name) {
    return name.equals("topk")
        ? new CodecConfig(name, Map.of("density", 0.05, "momentum", 0.5))
        : new CodecConfig(name, Map.of());
  }

  /** A job that is compared with itself: no other has its bits. */
  static Oracle job(boolean isLong) {
    Oracle oracle = Oracle.ofLossy(PLAN, new SlotPlan(40, 8, 5), isLong ? 30 : 10, false);
    oracle.mayDiverge = true;
    return oracle;
  }

  /** Any codec for each way. */
  static CompressionPlan any(SplittableRandom random) {
    return of(
        GRADIENTS.get(random.nextInt(GRADIENTS.size())),
        PARAMETERS.get(random.nextInt(PARAMETERS.size())),
        random.nextInt(3));
  }

  /** Gradients and parameters travel so after some steps in which all is plain. */
  static CompressionPlan of(String way, String back, int warmupSteps) {
    return CompressionPlan.of(
        LAYOUT,
        PLAN,
        new CompressionConfig(
            codec(way),
            List.of(new SegmentCodec("0_b", CodecConfig.NONE)),
            new CodecConfig(back, Map.of()),
            warmupSteps),
        42);
  }
}
