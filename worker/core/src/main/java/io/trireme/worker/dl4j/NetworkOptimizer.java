package io.trireme.worker.dl4j;

import io.trireme.common.config.NumberRange;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.optimizer.Nd4jUpdaters;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;

/** The optimizer of a job file in DL4J's own words. */
final class NetworkOptimizer {
  private NetworkOptimizer() {}

  /**
   * Writes updater, regularisation and normalisation into a network's global configuration.
   *
   * @throws BadModelException with everything that is wrong with the optimizer
   */
  static void configure(OptimizerConfig config, NeuralNetConfiguration.Builder builder) {
    List<String> problems = new ArrayList<>();
    builder.updater(
        Nd4jUpdaters.of(config.updater(), config.parameters(), config.learningRate(), problems));
    if (coefficient("l1", config.l1(), problems) > 0) {
      builder.l1(config.l1());
    }
    if (coefficient("l2", config.l2(), problems) > 0) {
      builder.l2(config.l2());
    }
    if (coefficient("weightDecay", config.weightDecay(), problems) > 0) {
      builder.weightDecay(config.weightDecay());
    }
    GradientNormalization normalization = config.normalization();
    builder.gradientNormalization(
        org.deeplearning4j.nn.conf.GradientNormalization.valueOf(normalization.name()));
    if (normalization.name().startsWith("Clip")) {
      if (!NumberRange.POSITIVE.contains(config.normalizationThreshold())) {
        problems.add(
            "optimizer: normalizationThreshold is "
                + config.normalizationThreshold()
                + ", expected a number above 0 for "
                + normalization);
      }
      builder.gradientNormalizationThreshold(config.normalizationThreshold());
    }
    coefficient("clipGlobalNorm", config.clipGlobalNorm(), problems);
    if (!problems.isEmpty()) {
      throw new BadModelException(problems);
    }
  }

  private static double coefficient(String name, double value, List<String> problems) {
    if (!NumberRange.NOT_NEGATIVE.contains(value)) {
      problems.add("optimizer: " + name + " is " + value + ", expected a number of 0 or more");
    }
    return value;
  }
}
