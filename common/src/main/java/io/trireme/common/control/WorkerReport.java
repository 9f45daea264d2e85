package io.trireme.common.control;

import io.trireme.common.transport.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one worker is doing.
 *
 * @param index which worker
 * @param incarnation which life of it
 * @param endpoint where it receives
 * @param waiting whether it waits for others, rather than computes
 * @param waitsFor what it waits for, in words
 * @param finished whether it has the final parameters
 * @param steps the steps finished since the last report
 * @param failure why it ended, if it failed
 */
public record WorkerReport(
    int index,
    long incarnation,
    Endpoint endpoint,
    boolean waiting,
    String waitsFor,
    boolean finished,
    List<StepReport> steps,
    @Nullable String failure) {
  public WorkerReport {
    steps = List.copyOf(steps);
  }
}
