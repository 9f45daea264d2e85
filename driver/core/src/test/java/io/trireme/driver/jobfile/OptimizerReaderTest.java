package io.trireme.driver.jobfile;

import static io.trireme.driver.jobfile.Jobs.minimal;
import static io.trireme.driver.jobfile.Jobs.problemsOf;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OptimizerTables;
import io.trireme.common.config.OptimizerTables.Updater;
import io.trireme.common.layout.GradientNormalization;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerReaderTest {

  private static OptimizerConfig optimizer(String yaml) {
    return requireNonNull(minimal("optimizer=" + yaml).optimizer());
  }

  private static ScheduleConfig rate(String yaml) {
    return requireNonNull(optimizer("{sgd: {learningRate: " + yaml + "}}").learningRate());
  }

  static Stream<Updater> updaters() {
    return OptimizerTables.UPDATERS.stream();
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void knowsEveryUpdaterWithItsNumbers(Updater updater) {
    OptimizerConfig plain = optimizer("{" + updater.name() + ": }");
    Double rate = updater.defaultLearningRate();
    assertThat(plain)
        .isEqualTo(
            new OptimizerConfig(
                updater.name(),
                Map.of(),
                rate == null ? null : ScheduleConfig.fixed(rate),
                0,
                0,
                0,
                GradientNormalization.None,
                1.0,
                0));
    StringBuilder numbers = new StringBuilder();
    updater.numbers().keySet().forEach(name -> numbers.append(name).append(": 0.25, "));
    OptimizerConfig full = optimizer("{" + updater.name() + ": {" + numbers + "}}");
    assertThat(full.parameters()).containsOnlyKeys(updater.numbers().keySet());
    assertThat(full.parameters().values()).allMatch(value -> value == 0.25);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1_0e-3", "1__0", "1_", "0x1p3", "1e", ".", "1d", ".inf", ".nan", "٣"})
  void refusesWhatIsNoNumberOfYamls(String text) {
    assertThat(problemsOf("optimizer={sgd: {learningRate: " + text + "}}"))
        .singleElement()
        .asString()
        .contains("learningRate", "expected a ");
  }

  @ParameterizedTest
  @CsvSource({"1e-3, 1e-3", "1., 1", ".5, 0.5", "+1E+1, 10", "1.5e1, 15"})
  void takesNumbersAsYamlWritesThem(String text, double value) {
    assertThat(rate(text)).isEqualTo(ScheduleConfig.fixed(value));
  }

  /** They are computed with in 32 bits, where these are none or other ones. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{sgd: {learningRate: 1e39}}",
        "{sgd: {learningRate: 1e-46}}",
        "{nesterovs: {momentum: 0.9999999999}}"
      })
  void refusesNumbersThat32BitsDoNotHold(String optimizer) {
    assertThat(problemsOf("optimizer=" + optimizer))
        .singleElement()
        .asString()
        .contains("in the precision of 32 bits");
  }

  @Test
  void readsRegularisationAndClipping() {
    OptimizerConfig optimizer =
        optimizer(
            "{adam: {learningRate: 1e-3}, l1: 1e-5, l2: .0001, normalization: ClipL2PerLayer,"
                + " normalizationThreshold: 2, clipGlobalNorm: 5}");
    assertThat(optimizer)
        .isEqualTo(
            new OptimizerConfig(
                "adam",
                Map.of(),
                ScheduleConfig.fixed(0.001),
                1e-5,
                1e-4,
                0,
                GradientNormalization.ClipL2PerLayer,
                2,
                5));
    assertThat(optimizer("{sgd: {}, weightDecay: 0.01}").weightDecay()).isEqualTo(0.01);
  }

  @Test
  void readsEverySchedule() {
    assertThat(rate("0.25")).isEqualTo(ScheduleConfig.fixed(0.25));
    assertThat(rate("{fixed: {initialValue: 0.25}, warmupSteps: 9}"))
        .isEqualTo(new ScheduleConfig("fixed", false, Map.of("initialValue", 0.25), Map.of(), 9));
    for (OptimizerTables.Schedule schedule : OptimizerTables.SCHEDULES) {
      List<String> numbers = schedule.numbers().keySet().stream().map(n -> n + ": 3").toList();
      String per = schedule.timed() ? ", per: epoch" : "";
      ScheduleConfig read =
          rate("{" + schedule.kind() + ": {" + String.join(", ", numbers) + "}" + per + "}");
      assertThat(read.kind()).isEqualTo(schedule.kind());
      assertThat(read.perEpoch()).isEqualTo(schedule.timed());
      assertThat(read.numbers()).containsOnlyKeys(schedule.numbers().keySet());
    }
    assertThat(rate("{map: {values: {0: 0.1, 500: 0.01}}, per: step}"))
        .isEqualTo(new ScheduleConfig("map", false, Map.of(), Map.of(0, 0.1, 500, 0.01), 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|: names no updater; expected exactly one of sgd, nesterovs, adam, adamax, amsgrad,"
            + " nadam, adabelief, rmsprop, adagrad, adadelta, noop",
        "{adam: {}, sgd: {}}|: key optimizer.adam: is a second updater beside sgd; expected exactly"
            + " one (on the command line, replace the whole: --set \"optimizer={adam: {}}\")",
        "{adadelta: {learningRate: 1}}|: key optimizer.adadelta.learningRate: unknown key; expected"
            + " one of rho, epsilon",
        "{noop: {beta1: 1}}|: key optimizer.noop.beta1: unknown key; it takes no keys",
        "{adam: {beta1: 1}}|: key optimizer.adam.beta1: is \"1\"; expected a number from 0 to below"
            + " 1",
        "{adam: {beta1: NaN}}|: key optimizer.adam.beta1: is \"NaN\"; expected a number from 0 to"
            + " below 1",
        "{adam: {learningRate: 1e999}}|: key optimizer.adam.learningRate: is \"1e999\"; expected a"
            + " number above 0",
        "{adam: 0.1}|: key optimizer.adam: is \"0.1\"; expected a mapping of keys",
        "{sgd: {}, l2: 1, weightDecay: 1}|: key optimizer.weightDecay: is given beside l2, and DL4J"
            + " applies only one of the two; remove one",
        "{sgd: {}, normalization: ClipL2perLayr}|: key optimizer.normalization: is"
            + " \"ClipL2perLayr\"; nearest normalization \"ClipL2PerLayer\"",
        "{sgd: {}, normalizationThreshold: 1}|: key optimizer.normalizationThreshold: has no effect"
            + " with normalization None; remove it, or choose a normalization that clips",
        "{sgd: {learningRate: []}}|: key optimizer.sgd.learningRate: is a list; expected a mapping of"
            + " keys",
        "{sgd: {learningRate: {}}}|: key optimizer.sgd.learningRate: names no schedule; expected a"
            + " number, or exactly one of fixed, step, exponential, poly, sigmoid, inverse, cosine,"
            + " map",
        "{sgd: {learningRate: {step: {initialValue: 1, decayRate: 1, step: 1}, map: {values: {0:"
            + " 1}}}}}|: key optimizer.sgd.learningRate: names step and map; expected a number, or"
            + " exactly one of fixed, step, exponential, poly, sigmoid, inverse, cosine, map",
        "{sgd: {learningRate: {exponential: {initialValue: 1}}}}|: key"
            + " optimizer.sgd.learningRate.exponential.gamma: missing; expected a number above 0",
        "{sgd: {learningRate: {poly: {initialValue: 1, power: 2, maxIter: 1.5}}}}|: key"
            + " optimizer.sgd.learningRate.poly.maxIter: is \"1.5\"; expected a whole number from 1"
            + " to 2147483647",
        "{sgd: {learningRate: {fixed: {initialValue: 1}, per: epoch}}}|: key"
            + " optimizer.sgd.learningRate.per: has no effect with fixed; remove it",
        "{sgd: {learningRate: {exponential: {initialValue: 1, gamma: 1}, per: hour}}}|: key"
            + " optimizer.sgd.learningRate.per: is \"hour\"; expected one of step, epoch",
        "{sgd: {learningRate: {map: {values: {1: 1}}}}}|: key"
            + " optimizer.sgd.learningRate.map.values: has no rate for time 0; expected values such"
            + " as { 0: 0.1, 1000: 0.01 }",
        "{sgd: {learningRate: {map: {values: {0: 1, x: 1}}}}}|: key"
            + " optimizer.sgd.learningRate.map.values.x: is no time; expected a whole number from 0"
            + " to 2147483647",
        "{sgd: {learningRate: {map: {}}}}|: key optimizer.sgd.learningRate.map.values: missing;"
            + " expected rates such as { 0: 0.1 }",
      })
  void refusesWhatDl4jCouldNotHonour(String optimizer, String problem) {
    assertThat(problemsOf("optimizer=" + optimizer)).containsExactly("--set optimizer" + problem);
  }
}
