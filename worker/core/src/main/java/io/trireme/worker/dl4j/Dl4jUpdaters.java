package io.trireme.worker.dl4j;

import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.worker.dl4j.Numbers.Domain;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/** The optimizer of a job file in DL4J's own words. */
final class Dl4jUpdaters {
  private Dl4jUpdaters() {}

  /**
   * Writes updater, regularisation and normalisation into a network's global configuration.
   *
   * @throws BadModelException with everything that is wrong with the optimizer
   */
  static void configure(OptimizerConfig config, NeuralNetConfiguration.Builder builder) {
    List<String> problems = new ArrayList<>();
    builder.updater(updater(config, problems));
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
      if (!Domain.POSITIVE.allows(config.normalizationThreshold())) {
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
    if (!Domain.NOT_NEGATIVE.allows(value)) {
      problems.add("optimizer: " + name + " is " + value + ", expected a number of 0 or more");
    }
    return value;
  }

  /** The updater; what is wrong with it goes to {@code problems}. */
  static IUpdater updater(OptimizerConfig config, List<String> problems) {
    String where = "optimizer " + config.updater();
    Numbers numbers = new Numbers(where, config.parameters(), problems);
    IUpdater updater = plain(config.updater(), numbers, problems);
    numbers.refuseOthers();
    if (updater.hasLearningRate()) {
      if (config.learningRate() == null) {
        problems.add(where + ": learningRate is missing");
      } else {
        ISchedule schedule = Schedules.of(config.learningRate(), problems);
        if (schedule instanceof FixedSchedule fixed) {
          updater.setLrAndSchedule(fixed.getValue(), null);
        } else {
          updater.setLrAndSchedule(Double.NaN, schedule);
        }
      }
    } else if (config.learningRate() != null) {
      problems.add(where + ": has no learning rate; remove learningRate");
    }
    return updater;
  }

  private static IUpdater plain(String name, Numbers numbers, List<String> problems) {
    return switch (name) {
      case "sgd" -> new Sgd();
      case "nesterovs" -> new Nesterovs(numbers.take("momentum", Domain.FRACTION, 0.9));
      case "adam" -> moments(numbers, 1e-8, Adam::new);
      case "adamax" -> moments(numbers, 1e-8, AdaMax::new);
      case "amsgrad" -> moments(numbers, 1e-8, AMSGrad::new);
      case "nadam" -> moments(numbers, 1e-8, Nadam::new);
      case "adabelief" -> moments(numbers, AdaBelief.DEFAULT_EPSILON, AdaBelief::new);
      case "rmsprop" ->
          new RmsProp(
              RmsProp.DEFAULT_RMSPROP_LEARNING_RATE,
              numbers.take("rmsDecay", Domain.FRACTION, RmsProp.DEFAULT_RMSPROP_RMSDECAY),
              numbers.take("epsilon", Domain.POSITIVE, RmsProp.DEFAULT_RMSPROP_EPSILON));
      case "adagrad" ->
          new AdaGrad(
              AdaGrad.DEFAULT_ADAGRAD_LEARNING_RATE,
              numbers.take("epsilon", Domain.POSITIVE, AdaGrad.DEFAULT_ADAGRAD_EPSILON));
      case "adadelta" ->
          new AdaDelta(
              numbers.take("rho", Domain.FRACTION, AdaDelta.DEFAULT_ADADELTA_RHO),
              numbers.take("epsilon", Domain.POSITIVE, AdaDelta.DEFAULT_ADADELTA_EPSILON));
      case "noop" -> new NoOp();
      default -> {
        problems.add(
            "optimizer: unknown updater "
                + name
                + ", expected sgd, nesterovs, adam, adamax, amsgrad, nadam, rmsprop, adagrad,"
                + " adadelta, adabelief or noop");
        yield new Sgd();
      }
    };
  }

  /** The constructors that the updaters with two moments share. */
  private interface Moments {
    IUpdater create(double learningRate, double beta1, double beta2, double epsilon);
  }

  private static IUpdater moments(Numbers numbers, double epsilon, Moments constructor) {
    return constructor.create(
        Adam.DEFAULT_ADAM_LEARNING_RATE,
        numbers.take("beta1", Domain.FRACTION, Adam.DEFAULT_ADAM_BETA1_MEAN_DECAY),
        numbers.take("beta2", Domain.FRACTION, Adam.DEFAULT_ADAM_BETA2_VAR_DECAY),
        numbers.take("epsilon", Domain.POSITIVE, epsilon));
  }
}
