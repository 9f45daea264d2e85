package io.trireme.common.config;

import static io.trireme.common.config.NumberRange.ANY;
import static io.trireme.common.config.NumberRange.BELOW_ONE;
import static io.trireme.common.config.NumberRange.COUNT;
import static io.trireme.common.config.NumberRange.INDEX;
import static io.trireme.common.config.NumberRange.NOT_NEGATIVE;
import static io.trireme.common.config.NumberRange.POSITIVE;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The updaters and schedules that a job file can name, with the numbers that each takes, under
 * DL4J's names.
 */
public final class OptimizerTables {
  private OptimizerTables() {}

  /**
   * An updater.
   *
   * @param name its key in a job file: DL4J's class name in lower case
   * @param defaultLearningRate DL4J's default rate; null where the updater has no rate
   * @param numbers its other numbers, all optional
   */
  public record Updater(
      String name, @Nullable Double defaultLearningRate, Map<String, NumberRange> numbers) {
    public Updater {
      numbers = Collections.unmodifiableMap(numbers);
    }
  }

  /**
   * A schedule of the learning rate over time i, counted in steps or epochs.
   *
   * @param kind its key in a job file
   * @param timed whether it depends on time at all
   * @param numbers its numbers, all required
   */
  public record Schedule(String kind, boolean timed, Map<String, NumberRange> numbers) {
    public Schedule {
      numbers = Collections.unmodifiableMap(numbers);
    }
  }

  /** All updaters. */
  public static final List<Updater> UPDATERS =
      List.of(
          new Updater("sgd", 1e-3, numbers()),
          new Updater("nesterovs", 0.1, numbers("momentum", BELOW_ONE)),
          new Updater("adam", 1e-3, moments()),
          new Updater("adamax", 1e-3, moments()),
          new Updater("amsgrad", 1e-3, moments()),
          new Updater("nadam", 1e-3, moments()),
          new Updater("adabelief", 1e-3, moments()),
          new Updater("rmsprop", 0.1, numbers("rmsDecay", BELOW_ONE, "epsilon", POSITIVE)),
          new Updater("adagrad", 0.1, numbers("epsilon", POSITIVE)),
          new Updater("adadelta", null, numbers("rho", BELOW_ONE, "epsilon", POSITIVE)),
          new Updater("noop", null, numbers()));

  /**
   * The updaters that {@code sync.outer} can name, the default first. Their rates differ from
   * DL4J's: see {@link Defaults}.
   */
  public static final List<Updater> OUTER =
      List.of(
          new Updater("sgd", Defaults.OUTER_LEARNING_RATE, numbers()),
          new Updater(
              "nesterovs", Defaults.OUTER_NESTEROVS_LEARNING_RATE, numbers("momentum", BELOW_ONE)));

  /**
   * All schedules but {@code map}, which takes rates by time instead of numbers. The formulas are
   * DL4J's, poly's sign included; cosine is Trireme's own, since DL4J has none.
   *
   * <ul>
   *   <li>fixed: initialValue
   *   <li>step: initialValue * decayRate ^ floor(i / step)
   *   <li>exponential: initialValue * gamma ^ i
   *   <li>poly: initialValue * (1 + i / maxIter) ^ power while i &lt; maxIter, then 0
   *   <li>sigmoid: initialValue / (1 + exp(-gamma * (i - stepSize)))
   *   <li>inverse: initialValue / (1 + gamma * i) ^ power
   *   <li>cosine: finalValue + (initialValue - finalValue) * (1 + cos(pi * min(i, maxIter) /
   *       maxIter)) / 2 (Loshchilov and Hutter, 2017, without restarts)
   * </ul>
   */
  public static final List<Schedule> SCHEDULES =
      List.of(
          new Schedule("fixed", false, numbers("initialValue", POSITIVE)),
          new Schedule(
              "step",
              true,
              numbers("initialValue", POSITIVE, "decayRate", POSITIVE, "step", POSITIVE)),
          new Schedule("exponential", true, numbers("initialValue", POSITIVE, "gamma", POSITIVE)),
          new Schedule(
              "poly", true, numbers("initialValue", POSITIVE, "power", ANY, "maxIter", COUNT)),
          new Schedule(
              "sigmoid", true, numbers("initialValue", POSITIVE, "gamma", ANY, "stepSize", INDEX)),
          new Schedule(
              "inverse",
              true,
              numbers("initialValue", POSITIVE, "gamma", NOT_NEGATIVE, "power", ANY)),
          new Schedule(
              "cosine",
              true,
              numbers("initialValue", POSITIVE, "finalValue", NOT_NEGATIVE, "maxIter", COUNT)));

  /** The key of the schedule that is a table of rates. */
  public static final String MAP = "map";

  private static Map<String, NumberRange> moments() {
    return numbers("beta1", BELOW_ONE, "beta2", BELOW_ONE, "epsilon", POSITIVE);
  }

  private static Map<String, NumberRange> numbers(Object... namesAndRanges) {
    Map<String, NumberRange> numbers = new LinkedHashMap<>();
    for (int i = 0; i < namesAndRanges.length; i += 2) {
      numbers.put((String) namesAndRanges[i], (NumberRange) namesAndRanges[i + 1]);
    }
    return numbers;
  }
}
