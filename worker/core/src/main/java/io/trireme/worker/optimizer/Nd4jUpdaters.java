package io.trireme.worker.optimizer;

import static java.util.Map.entry;

import io.trireme.common.config.NumberRange;
import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OptimizerTables;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
import org.nd4j.serde.json.JsonMappers;
import org.nd4j.shade.jackson.databind.JsonMappingException;

/** The updaters of a job file as ND4J's own. */
public final class Nd4jUpdaters {

  /** Each with ND4J's defaults; the numbers of {@link OptimizerTables} have ND4J's own names. */
  private static final Map<String, Supplier<IUpdater>> BY_NAME =
      Map.ofEntries(
          entry("sgd", Sgd::new),
          entry("nesterovs", Nesterovs::new),
          entry("adam", Adam::new),
          entry("adamax", AdaMax::new),
          entry("amsgrad", AMSGrad::new),
          entry("nadam", Nadam::new),
          entry("adabelief", AdaBelief::new),
          entry("rmsprop", RmsProp::new),
          entry("adagrad", AdaGrad::new),
          entry("adadelta", AdaDelta::new),
          entry("noop", NoOp::new));

  private Nd4jUpdaters() {}

  /**
   * An updater.
   *
   * @param name its key in a job file
   * @param numbers its numbers but the learning rate, by ND4J's names; absent ones have ND4J's
   *     defaults
   * @param rate its learning rate; null where it has none
   * @param problems receives what is wrong
   */
  public static IUpdater of(
      String name,
      Map<String, Double> numbers,
      @Nullable ScheduleConfig rate,
      List<String> problems) {
    String where = "optimizer " + name;
    Supplier<IUpdater> known = BY_NAME.get(name);
    if (known == null) {
      problems.add(
          "optimizer: unknown updater "
              + name
              + ", expected one of "
              + OptimizerTables.UPDATERS.stream().map(OptimizerTables.Updater::name).toList());
      return new Sgd();
    }
    IUpdater updater = known.get();
    Map<String, NumberRange> ranges =
        OptimizerTables.UPDATERS.stream()
            .filter(table -> table.name().equals(name))
            .findFirst()
            .orElseThrow()
            .numbers();
    if (RangeChecks.check(where, numbers, ranges, Set.of(), problems)) {
      set(updater, numbers);
    }
    setRate(updater, rate, where, problems);
    return updater;
  }

  private static void set(IUpdater updater, Map<String, Double> numbers) {
    try {
      JsonMappers.getMapper().updateValue(updater, numbers);
    } catch (JsonMappingException e) {
      throw new IllegalStateException(updater + " does not take the numbers " + numbers, e);
    }
  }

  private static void setRate(
      IUpdater updater, @Nullable ScheduleConfig rate, String where, List<String> problems) {
    if (updater.hasLearningRate()) {
      if (rate == null) {
        problems.add(where + ": learningRate is missing");
      } else {
        ISchedule schedule = Nd4jSchedules.of(rate, problems);
        if (schedule instanceof FixedSchedule fixed) {
          updater.setLrAndSchedule(fixed.getValue(), null);
        } else {
          updater.setLrAndSchedule(Double.NaN, schedule);
        }
      }
    } else if (rate != null) {
      problems.add(where + ": has no learning rate; remove learningRate");
    }
  }
}
