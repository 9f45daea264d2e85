package io.trireme.driver.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.message.CodecChoice;
import io.trireme.common.message.CodecRate;
import io.trireme.common.message.CodecSwitch;
import io.trireme.common.message.EncodingReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A chooser against links, models and computers that it does not know, with noise. */
class CodecChooserTest {

  private static final List<CodecConfig> CANDIDATES =
      List.of(codec("bf16"), codec("int8"), codec("onebit"), codec("topk"));
  private static final int WORKERS = 4;
  private static final long STEPS = 3000;

  private static CodecConfig codec(String name) {
    return new CodecConfig(name, Map.of());
  }

  private static CompressionConfig config() {
    return new CompressionConfig(
        CodecConfig.NONE, List.of(), CodecConfig.NONE, 0, CANDIDATES, true);
  }

  /** How a step's time comes about; the chooser does not know which of the two holds. */
  private static final class World {
    double linkBytes;
    double vectorBytes;
    double computeSeconds;
    double latencySeconds;
    boolean overlaps;
    final SplittableRandom random;
    double noise;

    World(long seed, double gigabits, double vectorBytes, double computeSeconds) {
      this.random = new SplittableRandom(seed);
      this.linkBytes = gigabits * 1e9 / 8;
      this.vectorBytes = vectorBytes;
      this.computeSeconds = computeSeconds;
      this.overlaps = random.nextBoolean();
      this.latencySeconds = 1e-4 + random.nextDouble() * 2e-3;
    }

    CodecRate rate(String codec) {
      return switch (codec) {
        case "bf16" -> new CodecRate(codec, vectorBytes / 4e9, vectorBytes / 5e9, 0.5);
        case "int8" -> new CodecRate(codec, vectorBytes / 2e9, vectorBytes / 4e9, 0.254);
        case "onebit" -> new CodecRate(codec, vectorBytes / 1.5e9, vectorBytes / 3e9, 0.033);
        case "topk" -> new CodecRate(codec, vectorBytes / 1e9, vectorBytes / 2e9, 0.02);
        default -> new CodecRate(codec, 0, 0, 1);
      };
    }

    /** Seconds of one direction: each of four hosts sends and gets three quarters of a vector. */
    private double travel(double cpu, double ratio) {
      double wire = 2 * 0.75 * vectorBytes * ratio / linkBytes;
      return overlaps ? Math.max(cpu, wire) : cpu + wire;
    }

    double exact(CodecChoice choice) {
      CodecRate push = rate(choice.push().codec());
      CodecRate pull = rate(choice.pull().codec());
      return computeSeconds
          + latencySeconds
          + travel(push.encodeSeconds() + push.decodeSeconds(), push.ratio())
          + travel(
              (pull.encodeSeconds() + pull.decodeSeconds()) / WORKERS + pull.decodeSeconds(),
              pull.ratio());
    }

    double best() {
      double best = Double.MAX_VALUE;
      List<CodecConfig> all = new ArrayList<>(CANDIDATES);
      all.add(CodecConfig.NONE);
      for (CodecConfig push : all) {
        for (CodecConfig pull : all) {
          best = Math.min(best, exact(new CodecChoice(push, pull)));
        }
      }
      return best;
    }

    GlobalStep step(long step, CodecChoice choice) {
      double jitter = 1 + noise * (random.nextDouble() * 2 - 1);
      double outlier = random.nextInt(50) == 0 ? 3 : 1;
      double cold = step < 8 ? 5 : 1;
      long total = (long) (exact(choice) * jitter * outlier * cold * 1e9);
      return new GlobalStep(
          step,
          1,
          1,
          (long) (computeSeconds * jitter * 1e9),
          1,
          total,
          1,
          1,
          EncodingReport.NOTHING,
          null);
    }
  }

  /** The coordinator's part: a generation for every change. */
  private static final class Run {
    final CodecChooser chooser;
    final World world;
    CodecSwitch codecs;
    int changes;
    long step;
    final List<CodecDecision> decisions = new ArrayList<>();

    Run(World world) {
      this.world = world;
      chooser = new CodecChooser(config(), (long) world.vectorBytes, STEPS);
      chooser.note(CANDIDATES.stream().map(one -> world.rate(one.codec())).toList());
      codecs = chooser.enter(0, WORKERS, WORKERS);
    }

    void until(long end) {
      for (; step < end; step++) {
        chooser.note(world.step(step, codecs.at(step)));
        if (chooser.change() != null) {
          codecs = chooser.enter(step + 1, WORKERS, WORKERS);
          changes++;
        }
        decisions.addAll(chooser.take());
      }
    }

    double loss() {
      return world.exact(codecs.now()) / world.best() - 1;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10, 0.4e6, 0.005", "10, 0.4e6, 0.1", "10, 8e6, 0.005", "10, 8e6, 0.1", "10, 100e6, 0.02",
    "10, 100e6, 0.5", "1, 0.4e6, 0.005", "1, 0.4e6, 0.1", "1, 8e6, 0.005", "1, 8e6, 0.1",
    "1, 100e6, 0.02", "1, 100e6, 0.5", "0.1, 0.4e6, 0.005", "0.1, 0.4e6, 0.1", "0.1, 8e6, 0.005",
    "0.1, 8e6, 0.1", "0.1, 100e6, 0.02", "0.1, 100e6, 0.5"
  })
  void isWithinFivePerCentOfTheBestEverywhereAndStaysThere(
      double gigabits, double vectorBytes, double computeSeconds) {
    for (long seed = 0; seed < 40; seed++) {
      World world = new World(seed, gigabits, vectorBytes, computeSeconds);
      world.noise = 0.03;
      Run run = new Run(world);
      run.until(500);
      assertThat(run.loss()).as("seed %d, %s", seed, run.decisions).isLessThan(0.05);
      int changes = run.changes;
      assertThat(changes).isLessThanOrEqualTo(12);
      run.until(STEPS);
      assertThat(run.changes).as("never flaps, seed %d", seed).isEqualTo(changes);
    }
  }

  @Test
  void choosesNoneWhereNothingPaysAndSaysWhy() {
    Run run = new Run(new World(1, 1000, 4e6, 0.01));
    run.until(STEPS);
    assertThat(run.codecs.now()).isEqualTo(CodecChoice.PLAIN);
    CodecDecision last = run.decisions.get(run.decisions.size() - 1);
    assertThat(last.choice()).isEqualTo(CodecChoice.PLAIN);
    assertThat(last.why()).contains("none/none");
    assertThat(last.predicted()).hasSize(25);
    assertThat(last.measured()).containsKey("none/none");
  }

  @Test
  void choosesAnewWhenTheLinksChange() {
    World world = new World(3, 10, 100e6, 0.05);
    world.noise = 0.05;
    Run run = new Run(world);
    run.until(600);
    CodecChoice fast = run.codecs.now();
    world.linkBytes /= 100;
    run.until(1800);
    assertThat(run.codecs.now()).isNotEqualTo(fast);
    assertThat(run.loss()).isLessThan(0.05);
    world.linkBytes *= 100;
    run.until(STEPS);
    assertThat(run.loss()).isLessThan(0.05);
  }

  @Test
  void changesAreBoundedHoweverTheLinksSwing() {
    World world = new World(4, 10, 100e6, 0.05);
    Run run = new Run(world);
    for (long end = 100; end < STEPS; end += 100) {
      run.until(end);
      world.linkBytes = end % 200 == 0 ? 1e9 : 1e7;
    }
    assertThat(run.changes).isLessThanOrEqualTo(7 * 12);
  }

  @Test
  void aStepThatMayHaveBeenEncodedKeepsItsCodecs() {
    CodecChooser chooser = new CodecChooser(config(), 100, STEPS);
    World world = new World(5, 0.1, 8e6, 0.001);
    chooser.note(CANDIDATES.stream().map(one -> world.rate(one.codec())).toList());
    CodecSwitch first = chooser.enter(0, 1, 1);
    assertThat(first.at(0)).isEqualTo(CodecChoice.PLAIN);
    for (long step = 0; chooser.change() == null; step++) {
      chooser.note(world.step(step, CodecChoice.PLAIN));
    }
    CodecSwitch second = chooser.enter(40, 1, 1);
    assertThat(second.at(40)).isEqualTo(CodecChoice.PLAIN);
    assertThat(second.at(41)).isNotEqualTo(CodecChoice.PLAIN);
    assertThat(chooser.enter(40, 1, 1)).as("nothing has moved").isEqualTo(second);
    CodecSwitch third = chooser.enter(41, 1, 1);
    assertThat(third.at(41)).isEqualTo(second.at(41));
  }
}
