package io.trireme.kernels.optimizer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Cosine annealing without restarts (Loshchilov and Hutter, SGDR, 2016): {@code final + (initial -
 * final) * (1 + cos(pi * t / maxIter)) / 2} for t up to {@code maxIter}, then {@code final}.
 *
 * <p>A schedule in ND4J's sense, with an ND4J JSON form, so that it can stand inside any updater's
 * configuration.
 */
public final class CosineSchedule implements ISchedule {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final ScheduleType scheduleType;
  @JsonProperty private final double initialValue;
  @JsonProperty private final double finalValue;
  @JsonProperty private final int maxIter;

  /**
   * A schedule that falls from {@code initialValue} to {@code finalValue}.
   *
   * @param scheduleType whether time is counted in iterations or epochs
   * @param initialValue the value at time 0
   * @param finalValue the value from time {@code maxIter} on
   * @param maxIter the time, in iterations or epochs, that the fall takes; at least 1
   */
  @JsonCreator
  public CosineSchedule(
      @JsonProperty("scheduleType") ScheduleType scheduleType,
      @JsonProperty("initialValue") double initialValue,
      @JsonProperty("finalValue") double finalValue,
      @JsonProperty("maxIter") int maxIter) {
    if (maxIter < 1) {
      throw new IllegalArgumentException("cosine schedule: maxIter " + maxIter + ", expected >= 1");
    }
    this.scheduleType = scheduleType;
    this.initialValue = initialValue;
    this.finalValue = finalValue;
    this.maxIter = maxIter;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    int time = Math.min(maxIter, scheduleType == ScheduleType.ITERATION ? iteration : epoch);
    double cosine = StrictMath.cos(Math.PI * time / maxIter);
    return finalValue + (initialValue - finalValue) * (1 + cosine) / 2;
  }

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod")
  public CosineSchedule clone() {
    return new CosineSchedule(scheduleType, initialValue, finalValue, maxIter);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CosineSchedule that
        && scheduleType == that.scheduleType
        && Double.compare(initialValue, that.initialValue) == 0
        && Double.compare(finalValue, that.finalValue) == 0
        && maxIter == that.maxIter;
  }

  @Override
  public int hashCode() {
    return Objects.hash(scheduleType, initialValue, finalValue, maxIter);
  }
}
