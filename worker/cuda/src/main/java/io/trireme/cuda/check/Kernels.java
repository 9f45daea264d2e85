package io.trireme.cuda.check;

import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.CudaEngine;
import io.trireme.cuda.engine.KernelTime;
import io.trireme.cuda.spec.Precision;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where a network's time goes: kernels alone, or every tile of each product. */
final class Kernels {
  private static final int REPEATS = 20;
  private static final int SHOWN = 14;

  private Kernels() {}

  static void of(CudaDevice device, String name, int examples, boolean survey, PrintStream out) {
    for (Precision precision : Precision.values()) {
      if (precision == Precision.EXACT || device.computeCapability() >= Check.TENSOR_CORES) {
        int batch = Networks.batch(name, examples);
        of(device, name, new Run(batch, precision, survey), out);
      }
    }
  }

  private record Run(int examples, Precision precision, boolean survey) {}

  private static void of(CudaDevice device, String network, Run run, PrintStream out) {
    int examples = run.examples;
    boolean survey = run.survey;
    String name = network + ", " + run.precision;
    try (CudaEngine engine = Check.engine(device, network, examples, run.precision)) {
      double loss = engine.compute(examples, 0, 0, 1);
      List<KernelTime> times = engine.profile(examples, survey ? 10 : REPEATS, survey);
      if (survey) {
        survey(name, times, out);
      } else {
        kernels(name, times, loss, out);
      }
    }
  }

  private static void kernels(String name, List<KernelTime> times, double loss, PrintStream out) {
    double all = times.stream().mapToDouble(KernelTime::milliseconds).sum();
    out.println(
        String.format(
            Locale.ROOT,
            "%s: %d kernels alone take %.3f ms (loss %.3f)",
            name,
            times.size(),
            all,
            loss));
    Map<String, Double> byKernel = new LinkedHashMap<>();
    for (KernelTime time : times) {
      String kernel = time.name().substring(time.name().lastIndexOf(' ') + 1);
      byKernel.merge(kernel.replaceAll("\\*\\d+$", ""), time.milliseconds(), Double::sum);
    }
    StringBuilder line = new StringBuilder("  by kernel, us:");
    byKernel.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(
            e ->
                line.append(
                    String.format(Locale.ROOT, " %s %.1f", e.getKey(), e.getValue() * 1e3)));
    out.println(line);
    StringBuilder top = new StringBuilder("  longest, us:");
    times.stream()
        .sorted(Comparator.comparingDouble(KernelTime::milliseconds).reversed())
        .limit(SHOWN)
        .forEach(
            t ->
                top.append(
                    String.format(Locale.ROOT, " [%s %.1f]", t.name(), t.milliseconds() * 1e3)));
    out.println(top);
  }

  /** For each product the chosen tile beside the best three. */
  private static void survey(String name, List<KernelTime> times, PrintStream out) {
    Map<String, List<KernelTime>> groups = new LinkedHashMap<>();
    for (int i = 0; i < times.size(); i++) {
      KernelTime time = times.get(i);
      int tile = time.name().lastIndexOf('_');
      if (tile < 0 || !time.name().contains("x")) {
        continue;
      }
      double ms = time.milliseconds();
      if (i + 1 < times.size() && times.get(i + 1).name().endsWith("addSplits")) {
        ms += times.get(i + 1).milliseconds();
      }
      String key = time.name().substring(0, tile).replace("Split", "");
      groups
          .computeIfAbsent(key, k -> new ArrayList<>())
          .add(new KernelTime(time.name().substring(tile + 1), ms));
    }
    out.println(name + ": tile*splits and us with the sum of splits, chosen first, then the best");
    groups.forEach(
        (key, tried) -> {
          KernelTime chosen = tried.get(tried.size() - 1);
          StringBuilder line = new StringBuilder("  " + key + ": " + show(chosen) + " |");
          tried.stream()
              .sorted(Comparator.comparingDouble(KernelTime::milliseconds))
              .limit(4)
              .forEach(t -> line.append(' ').append(show(t)));
          out.println(line);
        });
  }

  private static String show(KernelTime time) {
    return String.format(Locale.ROOT, "%s %.1f", time.name(), time.milliseconds() * 1e3);
  }
}
