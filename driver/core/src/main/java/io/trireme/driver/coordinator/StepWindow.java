package io.trireme.driver.coordinator;

import java.util.ArrayList;
import java.util.List;

/** Times of consecutive steps, and their medians. */
final class StepWindow {

  private final List<Double> steps = new ArrayList<>();
  private final List<Double> computes = new ArrayList<>();
  private double seconds;

  void add(double stepSeconds, double computeSeconds) {
    steps.add(stepSeconds);
    computes.add(computeSeconds);
    seconds += stepSeconds;
  }

  int size() {
    return steps.size();
  }

  /** Of all steps together. */
  double seconds() {
    return seconds;
  }

  /** Seconds of the shortest step. */
  double shortest() {
    return steps.stream().mapToDouble(one -> one).min().orElse(0);
  }

  /** Median of the steps' seconds. */
  double step() {
    return median(steps);
  }

  /** Median of the seconds that the gradients of a step took. */
  double compute() {
    return median(computes);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  void clear() {
    steps.clear();
    computes.clear();
    seconds = 0;
  }
}
