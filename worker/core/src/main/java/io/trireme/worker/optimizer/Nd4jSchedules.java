package io.trireme.worker.optimizer;

import io.trireme.common.config.NumberRange;
import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OptimizerTables;
import io.trireme.common.config.OptimizerTables.Schedule;
import io.trireme.kernels.optimizer.CosineSchedule;
import io.trireme.kernels.optimizer.WarmupSchedule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
import org.nd4j.serde.json.JsonMappers;

/**
 * Learning-rate schedules of a job file as ND4J's own; {@link OptimizerTables#SCHEDULES} has their
 * formulas. Time is counted in steps or epochs, from 0; {@code map} has the value of the greatest
 * key that is at most the time, and key 0 must be there.
 */
final class Nd4jSchedules {
  private static final ISchedule NONE = new FixedSchedule(1);

  /** Those of which the table's numbers are the constructor's, under the same names. */
  private static final Map<String, Class<? extends ISchedule>> BY_KIND =
      Map.of(
          "step", StepSchedule.class,
          "exponential", ExponentialSchedule.class,
          "poly", PolySchedule.class,
          "sigmoid", SigmoidSchedule.class,
          "inverse", InverseSchedule.class,
          "cosine", CosineSchedule.class);

  private Nd4jSchedules() {}

  /** The schedule; what is wrong with it goes to {@code problems}. */
  static ISchedule of(ScheduleConfig config, List<String> problems) {
    String where = "learning rate, schedule " + config.kind();
    ISchedule schedule =
        config.kind().equals(OptimizerTables.MAP)
            ? map(config, where, problems)
            : ofNumbers(config, where, problems);
    if (config.warmupSteps() < 0) {
      problems.add(where + ": warmupSteps is " + config.warmupSteps() + ", expected 0 or more");
    }
    return config.warmupSteps() > 0 ? new WarmupSchedule(schedule, config.warmupSteps()) : schedule;
  }

  private static ISchedule ofNumbers(ScheduleConfig config, String where, List<String> problems) {
    if (!config.values().isEmpty()) {
      problems.add(where + ": values " + config.values() + " belong to a map schedule only");
    }
    Optional<Schedule> table =
        OptimizerTables.SCHEDULES.stream()
            .filter(schedule -> schedule.kind().equals(config.kind()))
            .findFirst();
    if (table.isEmpty()) {
      List<String> kinds = new ArrayList<>(List.of(OptimizerTables.MAP));
      OptimizerTables.SCHEDULES.forEach(schedule -> kinds.add(schedule.kind()));
      problems.add(where + ": unknown, expected one of " + kinds);
      return NONE;
    }
    Map<String, NumberRange> ranges = table.get().numbers();
    Set<String> required = new HashSet<>(ranges.keySet());
    // What a cosine falls to is 0 where nothing else is said.
    required.remove("finalValue");
    if (!RangeChecks.check(where, config.numbers(), ranges, required, problems)) {
      return NONE;
    }
    Class<? extends ISchedule> type = BY_KIND.get(config.kind());
    if (type == null) {
      return new FixedSchedule(Objects.requireNonNull(config.numbers().get("initialValue")));
    }
    Map<String, Object> form = new HashMap<>(config.numbers());
    form.put("@class", type.getName());
    form.put("scheduleType", time(config));
    return JsonMappers.getMapper().convertValue(form, type);
  }

  private static ScheduleType time(ScheduleConfig config) {
    return config.perEpoch() ? ScheduleType.EPOCH : ScheduleType.ITERATION;
  }

  private static ISchedule map(ScheduleConfig config, String where, List<String> problems) {
    RangeChecks.check(where, config.numbers(), Map.of(), Set.of(), problems);
    config
        .values()
        .forEach(
            (time, value) -> {
              if (time < 0 || !NumberRange.NOT_NEGATIVE.contains(value)) {
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
      return NONE;
    }
    // Sorted, since the order of the map is the order of the text that names the updater.
    return new MapSchedule(time(config), new TreeMap<>(config.values()));
  }
}
