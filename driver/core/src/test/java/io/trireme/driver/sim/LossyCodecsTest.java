package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With lossy codecs and the same workers for the same slots, broken sessions, replays and slow
 * links change no bit: of no group on no server, and of no worker's replica, in no step.
 */
@Timeout(1200)
class LossyCodecsTest {

  private static final int FAULTY_SEEDS = 12;

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

  private static Segment segment(
      String name, long offset, long length, List<Long> shape, SegmentKind kind) {
    return new Segment(name, 0, offset, length, shape, 'c', kind, "", List.of());
  }

  private static CodecConfig codec(String name) {
    return name.equals("topk")
        ? new CodecConfig(name, Map.of("density", 0.05, "momentum", 0.5))
        : new CodecConfig(name, Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "bf16, none, 0",
    "none, bf16, 0",
    "int8, int8, 2",
    "fp16, fp16, 0",
    "onebit, none, 0",
    "threshold, bf16, 0",
    "topk, topk, 0",
    "thc, thc, 2",
    "powersgd, powersgd, 0"
  })
  void nothingThatBreaksChangesABit(String way, String back, int warmupSteps) {
    Oracle oracle = Oracle.ofLossy(PLAN, new SlotPlan(40, 8, 5), 10, false);
    CompressionPlan compression =
        CompressionPlan.of(
            LAYOUT,
            PLAN,
            new CompressionConfig(
                codec(way),
                List.of(new SegmentCodec("0_b", CodecConfig.NONE)),
                new CodecConfig(back, Map.of()),
                warmupSteps),
            42);
    Simulation.Outcome quiet = new Simulation(Scenario.ofSessions(1, oracle, 0), compression).run();
    assertThat(quiet.failure()).isNull();
    assertThat(oracle.seen).hasSizeGreaterThan(10 * 4);
    int generations = 0;
    for (long seed = 2; seed < 2 + FAULTY_SEEDS; seed++) {
      Simulation.Outcome faulty =
          new Simulation(Scenario.ofSessions(seed, oracle, 9), compression).run();
      assertThat(faulty.failure()).as("seed %d", seed).isNull();
      generations += faulty.generations();
    }
    assertThat(generations).as("sessions did break").isGreaterThan(FAULTY_SEEDS);
  }

  /** Residuals move with those who leave: the bits depend on when, but all replicas agree. */
  @ParameterizedTest
  @ValueSource(strings = {"onebit", "topk", "int8", "threshold", "powersgd"})
  void whoLeavesHandsOverWhatItKeptBack(String way) {
    CompressionPlan compression =
        CompressionPlan.of(
            LAYOUT, PLAN, new CompressionConfig(codec(way), List.of(), CodecConfig.NONE, 0), 42);
    int left = 0;
    for (long seed = 2; seed < 2 + FAULTY_SEEDS; seed++) {
      Oracle oracle = Oracle.ofLossy(PLAN, new SlotPlan(40, 8, 5), 10, false);
      oracle.leavers = true;
      Simulation.Outcome outcome =
          new Simulation(Scenario.ofSessions(seed, oracle, 9), compression).run();
      assertThat(outcome.failure()).as("seed %d", seed).isNull();
      assertThat(outcome.restarts()).as("seed %d", seed).isZero();
      assertThat(outcome.residualLost()).as("seed %d", seed).isZero();
      left += outcome.left();
    }
    assertThat(left).as("workers did leave").isGreaterThanOrEqualTo(FAULTY_SEEDS);
  }
}
