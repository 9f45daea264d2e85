package io.trireme.driver.sim;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.slots.SlotPlan;
import io.trireme.driver.sim.Scenario.Cluster;
import io.trireme.driver.sim.Scenario.FaultPlan;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every gradient counts exactly once with lossy codecs, too, whoever dies, leaves or joins, and
 * whatever breaks: what was applied, what workers keep back, and what was kept back by workers that
 * are lost, are together all gradients of all steps. Gradients are whole numbers here, and what
 * some codecs round is exact with them.
 */
@Timeout(1200)
class LossyAccountsTest {

  private static final int SEEDS = 6;
  private static final int STEPS = 12;

  private static final List<Fault> FAULTS =
      List.of(
          Fault.KILL,
          Fault.KILL,
          Fault.LEAVE,
          Fault.LEAVE,
          Fault.KILL_TASK,
          Fault.BREAK,
          Fault.CUT_PEERS,
          Fault.SLOW);

  /** Servers are not replicated where workers do not wait for each other. */
  private static final List<Fault> FAULTS_OF_WORKERS =
      List.of(Fault.LEAVE, Fault.KILL_TASK, Fault.KILL_TASK, Fault.BREAK, Fault.SLOW);

  @ParameterizedTest
  @CsvSource({
    "topk, 0",
    "bf16, 0",
    "threshold, 0.05",
    "onebit, 0.5",
    "int8, 0.05",
    "fp16, 0.05",
    "powersgd, 0.5",
    "thc, 0.5"
  })
  void whatIsAppliedKeptAndLostIsAllThatWasComputed(String codec, double rounding) {
    check(codec, rounding, FAULTS, Scenario.WHOLE_STEPS);
  }

  @ParameterizedTest
  @CsvSource({"topk, 0", "bf16, 0", "onebit, 0.5"})
  void soItIsWhereWorkersDoNotWaitForAllOthers(String codec, double rounding) {
    check(codec, rounding, FAULTS_OF_WORKERS, 1);
  }

  private static void check(String codec, double rounding, List<Fault> faults, long staleness) {
    CompressionPlan compression =
        CompressionPlan.of(
            Codecs.LAYOUT,
            Codecs.PLAN,
            new CompressionConfig(
                new CodecConfig(codec, codec.equals("topk") ? Map.of("density", 0.05) : Map.of()),
                List.of(),
                CodecConfig.NONE,
                0),
            42);
    // Where workers do not wait, the mean is over equal numbers of examples if slots are equal.
    int slots = staleness < 0 ? 5 : 4;
    int ended = 0;
    int restarts = 0;
    int left = 0;
    int keep = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed * 77 + 5);
      Oracle oracle = Oracle.ofLossy(Codecs.PLAN, new SlotPlan(40, 8, slots), STEPS, true);
      int workers = 1 + random.nextInt(4);
      Scenario scenario =
          new Scenario(
              seed,
              oracle,
              compression,
              new Cluster(4, 1, workers, 1, 2 + random.nextInt(2), staleness < 0 ? 1 : 0),
              new FaultPlan(9, 100 + random.nextInt(400), 0, faults, staleness >= 0),
              staleness,
              Scenario.NO_CHECKPOINTS);
      Simulation simulation = new Simulation(scenario);
      Simulation.Outcome outcome = simulation.run();
      if (outcome.failure() != null) {
        // Both holders of a group have died, and there are no checkpoints.
        continue;
      }
      ended++;
      restarts += outcome.restarts();
      left += outcome.left();
      keep += check(simulation, oracle, seed, rounding);
    }
    assertThat(ended).as("jobs that lost no state").isGreaterThan(SEEDS / 2);
    assertThat(restarts).as("members were lost").isPositive();
    if (staleness < 0) {
      assertThat(left).as("workers left").isPositive();
    }
    if (codec.equals("topk")) {
      assertThat(keep).as("something is kept back at the end").isPositive();
    }
  }

  private static int check(Simulation simulation, Oracle oracle, long seed, double rounding) {
    float[] last = requireNonNull(oracle.seen.get("replicas of step " + STEPS));
    float[] first = oracle.parameters.get(0);
    double[] computed = new double[oracle.length];
    for (int step = 0; step < STEPS; step++) {
      float[] sum = oracle.sum(step, 0, oracle.slots.slots(), first);
      for (int i = 0; i < sum.length; i++) {
        computed[i] += sum[i];
      }
    }
    double[] kept = new double[oracle.length];
    for (SimWorker worker : simulation.workers) {
      worker.addKept(kept);
    }
    int keeps = 0;
    for (int i = 0; i < computed.length; i++) {
      double applied = (double) (first[i] - last[i]) / Oracle.RATE * oracle.slots.examplesInStep(0);
      assertThat(applied + kept[i])
          .as("float %d, seed %d: applied %s, kept or lost %s", i, seed, applied, kept[i])
          .isCloseTo(computed[i], within(rounding));
      keeps += kept[i] == 0 ? 0 : 1;
    }
    return keeps;
  }
}
