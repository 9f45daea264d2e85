package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.slots.SlotPlan;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
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
    Oracle oracle = Oracle.ofLossy(Codecs.PLAN, new SlotPlan(40, 8, 5), 10, false);
    CompressionPlan compression = Codecs.of(way, back, warmupSteps);
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
            Codecs.LAYOUT,
            Codecs.PLAN,
            new CompressionConfig(Codecs.codec(way), List.of(), CodecConfig.NONE, 0),
            42);
    int left = 0;
    for (long seed = 2; seed < 2 + FAULTY_SEEDS; seed++) {
      Oracle oracle = Oracle.ofLossy(Codecs.PLAN, new SlotPlan(40, 8, 5), 10, false);
      oracle.leavers = true;
      Simulation.Outcome outcome =
          new Simulation(Scenario.ofSessions(seed, oracle, 9), compression).run();
      assertThat(outcome.failure()).as("seed %d", seed).isNull();
      assertThat(outcome.restarts()).as("seed %d", seed).isZero();
      assertThat(outcome.residualLost()).as("seed %d", seed).isZero();
      left += outcome.left();
    }
    assertThat(left).as("workers did leave").isGreaterThanOrEqualTo(FAULTY_SEEDS / 2);
  }
}
