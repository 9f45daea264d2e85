package io.trireme.kernels.optimizer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Linear warm-up (Goyal et al., Accurate, Large Minibatch SGD, 2017) in front of another schedule:
 * iteration i of the first {@code steps} has {@code (i + 1) / steps} of the other schedule's value
 * at that time; later ones have all of it.
 *
 * <p>The same numbers as DL4J's {@code RampSchedule}, which has no JSON form and cannot travel.
 */
public final class WarmupSchedule implements ISchedule {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final ISchedule schedule;
  @JsonProperty private final int steps;

  /**
   * A warm-up in front of a schedule.
   *
   * @param schedule what is warmed up to
   * @param steps iterations until the schedule's own value is reached; at least 1
   */
  @JsonCreator
  public WarmupSchedule(
      @JsonProperty("schedule") ISchedule schedule, @JsonProperty("steps") int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("warm-up schedule: steps " + steps + ", expected >= 1");
    }
    this.schedule = schedule;
    this.steps = steps;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    double value = schedule.valueAt(iteration, epoch);
    return iteration >= steps - 1 ? value : (iteration + 1) / (double) steps * value;
  }

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod")
  public WarmupSchedule clone() {
    return new WarmupSchedule(schedule.clone(), steps);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WarmupSchedule that
        && steps == that.steps
        && schedule.equals(that.schedule);
  }

  @Override
  public int hashCode() {
    return Objects.hash(schedule, steps);
  }
}
