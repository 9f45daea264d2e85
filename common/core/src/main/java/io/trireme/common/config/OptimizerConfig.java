package io.trireme.common.config;

import io.trireme.common.layout.GradientNormalization;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the mean gradient becomes a step.
 *
 * @param updater {@code sgd}, {@code nesterovs}, {@code adam}, {@code adamax}, {@code amsgrad},
 *     {@code nadam}, {@code rmsprop}, {@code adagrad}, {@code adadelta}, {@code adabelief} or
 *     {@code noop}
 * @param parameters the updater's numbers by DL4J's names (such as {@code beta1}); absent ones have
 *     DL4J's defaults
 * @param learningRate the rate or its schedule; null where the updater has none (adadelta, noop)
 * @param l1 L1 coefficient of weights, 0 for none
 * @param l2 L2 coefficient of weights, 0 for none
 * @param weightDecay weight decay coefficient of weights, 0 for none
 * @param normalization per-layer normalisation or clipping
 * @param normalizationThreshold its threshold
 * @param clipGlobalNorm the largest L2 norm of the whole mean gradient (statistics excepted); 0 for
 *     no clipping
 */
public record OptimizerConfig(
    String updater,
    Map<String, Double> parameters,
    @Nullable ScheduleConfig learningRate,
    double l1,
    double l2,
    double weightDecay,
    GradientNormalization normalization,
    double normalizationThreshold,
    double clipGlobalNorm) {

  public OptimizerConfig {
    parameters = Map.copyOf(parameters);
  }

  /**
   * A learning rate over time.
   *
   * @param kind {@code fixed}, {@code step}, {@code exponential}, {@code poly}, {@code sigmoid},
   *     {@code inverse}, {@code map} or {@code cosine}
   * @param perEpoch whether time is counted in epochs rather than steps
   * @param numbers the schedule's numbers by DL4J's names, such as {@code initialValue}, {@code
   *     decayRate}
   * @param values for {@code map}: the rate from each time on
   * @param warmupSteps steps in which the rate rises linearly from 0 to the schedule's own value; 0
   *     for none
   */
  public record ScheduleConfig(
      String kind,
      boolean perEpoch,
      Map<String, Double> numbers,
      Map<Integer, Double> values,
      int warmupSteps) {
    public ScheduleConfig {
      numbers = Map.copyOf(numbers);
      values = Map.copyOf(values);
    }

    /** A constant rate. */
    public static ScheduleConfig fixed(double value) {
      return new ScheduleConfig("fixed", false, Map.of("initialValue", value), Map.of(), 0);
    }
  }
}
