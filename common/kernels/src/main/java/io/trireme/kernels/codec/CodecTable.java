package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.CodecParameter.count;
import static io.trireme.kernels.codec.CodecParameter.number;

import io.trireme.common.config.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All codecs, their parameters, and how their specifications are made. */
final class CodecTable {
  private CodecTable() {}

  /**
   * One codec.
   *
   * @param make a specification from values in the order of the parameters
   */
  record Entry(String codec, List<CodecParameter> parameters, Function<double[], CodecSpec> make) {

    /** Values in the order of the parameters, or all mistakes in one message. */
    double[] values(Map<String, ?> given) {
      List<String> problems = new ArrayList<>();
      List<String> known = parameters.stream().map(CodecParameter::name).toList();
      double[] values = parameters.stream().mapToDouble(CodecParameter::defaultValue).toArray();
      given.forEach(
          (name, value) -> {
            int index = known.indexOf(name);
            if (index < 0) {
              problems.add(unknown(name, known));
              return;
            }
            double number = parse(value);
            if (!parameters.get(index).range().contains(number)) {
              problems.add(refused(name, value, parameters.get(index)));
            }
            values[index] = number;
          });
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
      return values;
    }

    private String unknown(String name, List<String> known) {
      String what = "codec " + codec + " has no parameter \"" + name + "\"";
      return known.isEmpty()
          ? what + ", it takes none"
          : what + ", nearest: " + String.join(", ", Spelling.nearest(name, known));
    }

    private String refused(String name, Object value, CodecParameter parameter) {
      return "codec "
          + codec
          + ", parameter "
          + name
          + ": expected "
          + parameter.range()
          + ", found "
          + value;
    }
  }

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry("none", List.of(), v -> new CodecSpec.None()),
          new Entry("bf16", List.of(), v -> new CodecSpec.Bf16()),
          new Entry("fp16", List.of(), v -> new CodecSpec.Fp16()),
          new Entry(
              "int8",
              List.of(count("bucket", 1024, 64, 1024)),
              v -> new CodecSpec.Int8((int) v[0])),
          new Entry("onebit", List.of(), v -> new CodecSpec.Onebit()),
          new Entry(
              "threshold",
              List.of(
                  number("tau", 0, 0, 1e6),
                  number("minDensity", 1e-4, 0, 1),
                  number("maxDensity", 1e-2, 0, 1)),
              v -> new CodecSpec.Threshold(v[0], v[1], v[2])),
          new Entry(
              "topk",
              List.of(
                  number("density", 1e-3, 1e-5, 0.25),
                  number("momentum", 0, 0, 0.999),
                  number("clipNorm", 0, 0, 1e6),
                  count("warmupSteps", 0, 0, 1_000_000)),
              v -> new CodecSpec.Topk(v[0], v[1], v[2], (int) v[3])),
          new Entry("thc", List.of(count("bits", 4, 2, 8)), v -> new CodecSpec.Thc((int) v[0])),
          new Entry(
              "powersgd",
              List.of(count("rank", 2, 1, 8)),
              v -> new CodecSpec.PowerSgd((int) v[0])));

  static List<String> names() {
    return ENTRIES.stream().map(Entry::codec).toList();
  }

  static Entry entry(String codec) {
    return ENTRIES.stream()
        .filter(entry -> entry.codec().equals(codec))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no codec \""
                        + codec
                        + "\", nearest: "
                        + String.join(", ", Spelling.nearest(codec, names()))));
  }

  /** For constructors: fails unless each value is one that the codec's parameter accepts. */
  static void check(String codec, double... values) {
    Entry entry = entry(codec);
    for (int i = 0; i < values.length; i++) {
      CodecParameter parameter = entry.parameters().get(i);
      if (!parameter.range().contains(values[i])) {
        throw new IllegalArgumentException(entry.refused(parameter.name(), values[i], parameter));
      }
    }
  }

  private static double parse(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    try {
      return Double.parseDouble(value.toString().replace("_", ""));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
