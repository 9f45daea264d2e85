package io.trireme.common.config;

import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import java.util.Map;

/**
 * The outer optimizer of {@code sync.mode: local}: what servers do with the mean delta of a round,
 * as if it were a gradient.
 *
 * @param updater {@code sgd} (federated averaging: McMahan et al., 2017) or {@code nesterovs}
 *     (DiLoCo: Douillard et al., 2023)
 * @param parameters the updater's numbers but the rate, each of them: {@code momentum} of {@code
 *     nesterovs}
 * @param learningRate the rate or its schedule, whose steps are rounds
 */
public record OuterConfig(
    String updater, Map<String, Double> parameters, ScheduleConfig learningRate) {

  public OuterConfig {
    parameters = Map.copyOf(parameters);
  }

  /** Federated averaging: the new parameters are the mean of the workers' own. */
  public static OuterConfig averaging() {
    return new OuterConfig(
        OptimizerTables.OUTER.get(0).name(),
        Map.of(),
        ScheduleConfig.fixed(Defaults.OUTER_LEARNING_RATE));
  }
}
