package io.trireme.driver.sim;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.message.CodecChoice;
import io.trireme.common.message.CodecRate;
import io.trireme.common.message.CodecSwitch;
import io.trireme.common.slots.SlotPlan;
import io.trireme.driver.coordinator.CodecDecision;
import io.trireme.driver.coordinator.CodecPolicy;
import io.trireme.driver.coordinator.GlobalStep;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Codecs that change all the time while sessions break: replicas stay equal, and once everything
 * travels plain, the parameters are those of a job that was never compressed.
 */
@Timeout(1200)
class CodecChangesTest {

  private static final int SEEDS = 25;
  private static final int STEPS = 24;
  private static final CompressionConfig AUTO =
      new CompressionConfig(
          CodecConfig.NONE, List.of(), CodecConfig.NONE, 0, List.of(codec("int8")), true);

  private static CodecConfig codec(String name) {
    return name.equals("topk")
        ? new CodecConfig(name, Map.of("density", 0.05))
        : new CodecConfig(name, Map.of());
  }

  /** Other codecs after every second step, and none towards the end. */
  private static final class Restless implements CodecPolicy {
    private static final List<CodecChoice> CHOICES =
        List.of(
            new CodecChoice(codec("onebit"), codec("bf16")),
            new CodecChoice(CodecConfig.NONE, codec("int8")),
            new CodecChoice(codec("topk"), CodecConfig.NONE),
            new CodecChoice(codec("int8"), codec("threshold")),
            new CodecChoice(codec("powersgd"), codec("topk")),
            CodecChoice.PLAIN);

    private CodecSwitch codecs = new CodecSwitch(CodecChoice.PLAIN, CodecChoice.PLAIN, 0);
    private @Nullable CodecChoice wanted;
    int changes;

    @Override
    public void note(List<CodecRate> rates) {}

    @Override
    public void note(GlobalStep step) {
      if (step.step() >= STEPS - 8) {
        wanted = codecs.now().equals(CodecChoice.PLAIN) ? null : CodecChoice.PLAIN;
      } else if (step.step() % 2 == 0) {
        wanted = CHOICES.get((int) (step.step() / 2) % CHOICES.size());
      }
    }

    @Override
    public @Nullable String change() {
      return wanted == null ? null : "restless";
    }

    @Override
    public CodecSwitch enter(long step, int workers, int servers) {
      CodecChoice next = wanted == null ? codecs.now() : wanted;
      changes += next.equals(codecs.now()) ? 0 : 1;
      codecs = codecs.next(next, step);
      wanted = null;
      return codecs;
    }

    @Override
    public List<CodecDecision> take() {
      return List.of();
    }
  }

  @Test
  void nothingIsLostOrCountedTwiceWhenCodecsChange() {
    int changes = 0;
    int whole = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Oracle oracle = Oracle.ofLossy(Codecs.PLAN, new SlotPlan(40, 8, 5), STEPS, true);
      CompressionPlan plan = CompressionPlan.of(Codecs.LAYOUT, Codecs.PLAN, AUTO, 42);
      Restless policy = new Restless();
      int faults = seed % 5 == 0 ? 0 : 9;
      Simulation.Outcome outcome =
          new Simulation(Scenario.ofSessions(seed, oracle, faults), plan, policy).run();
      assertThat(outcome.failure()).as("seed %d", seed).isNull();
      changes += policy.changes;
      if (outcome.restarts() > 0) {
        // A worker that was too slow for the others is given up, and its residual with it.
        continue;
      }
      whole++;
      float[] last = requireNonNull(oracle.seen.get("replicas of step " + STEPS));
      float[] expected = oracle.parameters.get(STEPS);
      for (int i = 0; i < last.length; i++) {
        assertThat(last[i]).as("float %d, seed %d", i, seed).isCloseTo(expected[i], within(0.02f));
      }
    }
    assertThat(whole).isGreaterThan(SEEDS / 2);
    assertThat(changes).isGreaterThan(SEEDS * 5);
  }
}
