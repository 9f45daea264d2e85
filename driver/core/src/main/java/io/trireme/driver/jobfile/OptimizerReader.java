package io.trireme.driver.jobfile;

import io.trireme.common.config.Defaults;
import io.trireme.common.config.NumberRange;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OptimizerTables;
import io.trireme.common.config.OptimizerTables.Schedule;
import io.trireme.common.config.OptimizerTables.Updater;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.layout.GradientNormalization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the keys {@code optimizer} and {@code sync.outer}. */
final class OptimizerReader {
  private OptimizerReader() {}

  private static final List<String> NORMALIZATIONS =
      Stream.of(GradientNormalization.values()).map(Enum::name).toList();

  static OptimizerConfig read(MappingReader optimizer) {
    Updater updater = updater(optimizer, "optimizer", OptimizerTables.UPDATERS);
    Map<String, Double> numbers = Map.of();
    ScheduleConfig rate = null;
    if (updater != null) {
      MappingReader section = optimizer.section(updater.name());
      numbers = numbers(section, updater.numbers(), false);
      rate = updater.defaultLearningRate() == null ? null : rate(section, updater);
      section.close();
    }
    double l1 = optimizer.read("l1", ValueKind.number(NumberRange.NOT_NEGATIVE), 0.0);
    double l2 = optimizer.read("l2", ValueKind.number(NumberRange.NOT_NEGATIVE), 0.0);
    double decay = optimizer.read("weightDecay", ValueKind.number(NumberRange.NOT_NEGATIVE), 0.0);
    if (l2 > 0 && decay > 0) {
      optimizer.problem(
          "weightDecay", "is given beside l2, and DL4J applies only one of the two; remove one");
    }
    GradientNormalization normalization =
        GradientNormalization.valueOf(
            optimizer.read(
                "normalization",
                ValueKind.word("normalization", NORMALIZATIONS),
                GradientNormalization.None.name()));
    double threshold = threshold(optimizer, normalization);
    double clip = optimizer.read("clipGlobalNorm", ValueKind.number(NumberRange.NOT_NEGATIVE), 0.0);
    optimizer.close();
    return new OptimizerConfig(
        updater == null ? "?" : updater.name(),
        numbers,
        rate,
        l1,
        l2,
        decay,
        normalization,
        threshold,
        clip);
  }

  private static double threshold(MappingReader optimizer, GradientNormalization normalization) {
    double threshold =
        optimizer.read(
            "normalizationThreshold",
            ValueKind.number(NumberRange.POSITIVE),
            Defaults.NORMALIZATION_THRESHOLD);
    if (optimizer.has("normalizationThreshold") && !normalization.name().startsWith("Clip")) {
      optimizer.problem(
          "normalizationThreshold",
          "has no effect with normalization "
              + normalization
              + "; remove it, or choose a normalization that clips");
    }
    return threshold;
  }

  /** The outer optimizer of local steps, its defaults filled in. */
  static OuterConfig readOuter(MappingReader outer) {
    Updater updater = updater(outer, "sync.outer", OptimizerTables.OUTER);
    if (updater == null) {
      outer.close();
      return OuterConfig.averaging();
    }
    MappingReader section = outer.section(updater.name());
    Map<String, Double> numbers = numbers(section, updater.numbers(), false);
    if (updater.numbers().containsKey("momentum")) {
      numbers.putIfAbsent("momentum", Defaults.OUTER_MOMENTUM);
    }
    ScheduleConfig rate = rate(section, updater);
    section.close();
    outer.close();
    return new OuterConfig(updater.name(), numbers, rate);
  }

  private static @Nullable Updater updater(
      MappingReader optimizer, String path, List<Updater> updaters) {
    List<String> names = updaters.stream().map(Updater::name).toList();
    optimizer.allow(names);
    List<String> given = names.stream().filter(optimizer::names).toList();
    if (given.size() > 1) {
      optimizer.problem(
          given.get(1),
          "is a second updater beside "
              + given.get(0)
              + "; expected exactly one (on the command line, replace the whole: --set \""
              + path
              + "={"
              + given.get(1)
              + ": {}}\")");
    } else if (given.isEmpty()) {
      optimizer.problem("names no updater; expected exactly one of " + String.join(", ", names));
    }
    return updaters.stream()
        .filter(updater -> given.contains(updater.name()))
        .findFirst()
        .orElse(null);
  }

  private static Map<String, Double> numbers(
      MappingReader section, Map<String, NumberRange> ranges, boolean required) {
    Map<String, Double> numbers = new HashMap<>();
    ranges.forEach(
        (name, range) -> {
          ValueKind<Double> kind = ValueKind.number(range);
          Double value =
              required ? (Double) section.require(name, kind) : section.readOrNull(name, kind);
          if (value != null) {
            numbers.put(name, value);
          }
        });
    return numbers;
  }

  private static ScheduleConfig rate(MappingReader section, Updater updater) {
    String key = "learningRate";
    if (!section.has(key)) {
      section.allow(List.of(key));
      Double standard = updater.defaultLearningRate();
      return ScheduleConfig.fixed(standard == null ? 0 : standard);
    }
    if (section.isScalar(key)) {
      return ScheduleConfig.fixed(section.require(key, ValueKind.number(NumberRange.POSITIVE)));
    }
    return schedule(section.section(key));
  }

  private static ScheduleConfig schedule(MappingReader rate) {
    List<String> kinds = new ArrayList<>();
    OptimizerTables.SCHEDULES.forEach(schedule -> kinds.add(schedule.kind()));
    kinds.add(OptimizerTables.MAP);
    rate.allow(kinds);
    List<String> given = kinds.stream().filter(rate::names).toList();
    if (given.size() != 1) {
      rate.problem(
          (given.isEmpty() ? "names no schedule" : "names " + String.join(" and ", given))
              + "; expected a number, or exactly one of "
              + String.join(", ", kinds));
    }
    int warmup = rate.read("warmupSteps", ValueKind.count(NumberRange.INDEX), 0);
    boolean perEpoch =
        rate.read("per", ValueKind.word("unit", List.of("step", "epoch")), "step").equals("epoch");
    Map<String, Double> numbers = new HashMap<>();
    Map<Integer, Double> values = new HashMap<>();
    for (Schedule schedule : OptimizerTables.SCHEDULES) {
      if (given.contains(schedule.kind())) {
        MappingReader section = rate.section(schedule.kind());
        numbers.putAll(numbers(section, schedule.numbers(), true));
        section.close();
        if (!schedule.timed() && rate.has("per")) {
          rate.problem("per", "has no effect with " + schedule.kind() + "; remove it");
        }
      }
    }
    if (given.contains(OptimizerTables.MAP)) {
      MappingReader map = rate.section(OptimizerTables.MAP);
      values.putAll(values(map.requireSection("values", "expected rates such as { 0: 0.1 }")));
      map.close();
    }
    rate.close();
    return new ScheduleConfig(
        given.isEmpty() ? "fixed" : given.get(0), perEpoch, numbers, values, warmup);
  }

  private static Map<Integer, Double> values(MappingReader section) {
    Map<Integer, Double> values = new HashMap<>();
    for (String key : section.keys()) {
      section.allow(List.of(key));
      Integer time = ValueKind.count(NumberRange.INDEX).parse().of(key);
      if (time == null) {
        section.problem(key, "is no time; expected " + NumberRange.INDEX);
      } else {
        values.put(time, section.require(key, ValueKind.number(NumberRange.NOT_NEGATIVE)));
      }
    }
    if (!values.containsKey(0)) {
      section.problem("has no rate for time 0; expected values such as { 0: 0.1, 1000: 0.01 }");
    }
    return values;
  }
}
