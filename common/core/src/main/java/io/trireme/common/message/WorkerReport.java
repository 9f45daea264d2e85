package io.trireme.common.message;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one life of a worker is doing.
 *
 * @param peer which life of which worker
 * @param sealed the generation that it is ready to enter; 0 before the first
 * @param endpoint where it receives in that generation; null before the first
 * @param waiting whether it waits for others, rather than computes
 * @param broken whether a session to it lost something in the generation that it has entered
 * @param moved messages from other members that it has taken, since it began to live
 * @param waitsFor what it waits for, in words
 * @param finished whether it has the final parameters
 * @param steps the steps finished since the last report
 * @param left what became of its gradients, once it has left in good order: all that it sent is
 *     counted, and it sends no more; what is a residual then is lost with it. Null before
 * @param failure why it ended, if it failed
 */
public record WorkerReport(
    Peer peer,
    int sealed,
    @Nullable Endpoint endpoint,
    boolean waiting,
    boolean broken,
    long moved,
    String waitsFor,
    boolean finished,
    List<StepReport> steps,
    @Nullable EncodingReport left,
    @Nullable FailureReport failure) {
  public WorkerReport {
    steps = List.copyOf(steps);
  }
}
