package io.trireme.worker.dl4j;

import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.kernels.optimizer.CosineSchedule;
import io.trireme.kernels.optimizer.WarmupSchedule;
import io.trireme.worker.dl4j.Numbers.Domain;
import java.util.List;
import java.util.TreeMap;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * Learning-rate schedules of a job file as ND4J's own. At time t (steps or epochs, from 0):
 *
 * <ul>
 *   <li>{@code fixed}: {@code initialValue}
 *   <li>{@code step}: {@code initialValue * decayRate ^ floor(t / step)}
 *   <li>{@code exponential}: {@code initialValue * gamma ^ t}
 *   <li>{@code poly}: {@code initialValue * (1 + t / maxIter) ^ power} and 0 from {@code maxIter}
 *       on; as in ND4J 1.0.0-M2.1, a negative power is what makes it fall
 *   <li>{@code sigmoid}: {@code initialValue / (1 + exp(-gamma * (t - stepSize)))}
 *   <li>{@code inverse}: {@code initialValue / (1 + gamma * t) ^ power}
 *   <li>{@code map}: the value of the greatest key that is at most t; key 0 must be there
 *   <li>{@code cosine}: {@link CosineSchedule}; {@code finalValue} is 0 unless given
 * </ul>
 */
final class Schedules {
  private Schedules() {}

  /** The schedule; what is wrong with it goes to {@code problems}. */
  static ISchedule of(ScheduleConfig config, List<String> problems) {
    String where = "learning rate, schedule " + config.kind();
    Numbers numbers = new Numbers(where, config.numbers(), problems);
    ISchedule schedule = plain(config, where, numbers, problems);
    numbers.refuseOthers();
    if (!config.values().isEmpty() && !config.kind().equals("map")) {
      problems.add(where + ": values " + config.values() + " belong to a map schedule only");
    }
    if (config.warmupSteps() < 0) {
      problems.add(where + ": warmupSteps is " + config.warmupSteps() + ", expected 0 or more");
    }
    return config.warmupSteps() > 0 ? new WarmupSchedule(schedule, config.warmupSteps()) : schedule;
  }

  private static ISchedule plain(
      ScheduleConfig config, String where, Numbers numbers, List<String> problems) {
    if (config.kind().equals("map")) {
      return map(config, where, problems);
    }
    ScheduleType type = config.perEpoch() ? ScheduleType.EPOCH : ScheduleType.ITERATION;
    double initial = numbers.take("initialValue", Domain.NOT_NEGATIVE, null);
    return switch (config.kind()) {
      case "fixed" -> new FixedSchedule(initial);
      case "step" ->
          new StepSchedule(
              type,
              initial,
              numbers.take("decayRate", Domain.POSITIVE, null),
              numbers.take("step", Domain.POSITIVE, null));
      case "exponential" ->
          new ExponentialSchedule(type, initial, numbers.take("gamma", Domain.POSITIVE, null));
      case "poly" ->
          new PolySchedule(
              type,
              initial,
              numbers.take("power", Domain.ANY, null),
              numbers.takeInt("maxIter", Domain.COUNT));
      case "sigmoid" ->
          new SigmoidSchedule(
              type,
              initial,
              numbers.take("gamma", Domain.ANY, null),
              numbers.takeInt("stepSize", Domain.WHOLE));
      case "inverse" ->
          new InverseSchedule(
              type,
              initial,
              numbers.take("gamma", Domain.NOT_NEGATIVE, null),
              numbers.take("power", Domain.ANY, null));
      case "cosine" ->
          new CosineSchedule(
              type,
              initial,
              numbers.take("finalValue", Domain.NOT_NEGATIVE, 0.0),
              numbers.takeInt("maxIter", Domain.COUNT));
      default -> {
        problems.add(
            where
                + ": unknown, expected fixed, step, exponential, poly, sigmoid, inverse, map or"
                + " cosine");
        yield new FixedSchedule(initial);
      }
    };
  }

  private static ISchedule map(ScheduleConfig config, String where, List<String> problems) {
    config
        .values()
        .forEach(
            (time, value) -> {
              if (time < 0 || !Domain.NOT_NEGATIVE.allows(value)) {
                problems.add(
                    where
                        + ": value "
                        + value
                        + " at time "
                        + time
                        + ", expected numbers of 0 or more");
              }
            });
    if (!config.values().containsKey(0)) {
      problems.add(where + ": values have no time 0, where the schedule starts");
      return new FixedSchedule(1);
    }
    // Sorted, since the order of the map is the order of the text that names the updater.
    return new MapSchedule(
        config.perEpoch() ? ScheduleType.EPOCH : ScheduleType.ITERATION,
        new TreeMap<>(config.values()));
  }
}
