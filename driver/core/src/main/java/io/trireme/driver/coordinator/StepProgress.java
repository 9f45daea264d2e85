package io.trireme.driver.coordinator;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.StepReport;
import io.trireme.common.wire.Peer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the workers' reports of their steps say together. */
final class StepProgress {

  private final long lastStep;
  private final StepLedger ledger;
  private final SkippedSteps skipped;
  private final Stragglers stragglers = new Stragglers();

  /** Tells each step that was computed whole to the follower, too. */
  StepProgress(CoordinatorOptions options, Consumer<GlobalStep> follower) {
    lastStep = options.steps().last();
    ledger = new StepLedger(options.slots(), options.steps().first(), follower);
    skipped = new SkippedSteps(options.maxSkippedSteps());
  }

  /** Why the run cannot go on after a worker's step; null if it can. */
  @Nullable String trouble(Peer worker, StepReport step) {
    if (Double.isFinite(step.score().sum())) {
      return skipped.note(step);
    }
    return "the loss of "
        + worker
        + " at step "
        + step.step()
        + " is no finite number: training has diverged; lower the learning rate, warm it up, or clip the gradient"
        + " (optimizer.clipGlobalNorm)";
  }

  /** Takes a worker's step; whether it was new. */
  boolean note(Peer worker, StepReport step) {
    boolean fresh = ledger.note(worker.incarnation(), step);
    if (fresh) {
      stragglers.note(worker.index(), step.times().computeNs());
    }
    return fresh;
  }

  /** Notes that no older step than this one will be told. */
  void pass(long step) {
    ledger.pass(step);
  }

  /** Notes that a worker is lost; the square of the norm of the residual that goes with it. */
  double loseResidual(Peer worker) {
    return ledger.loseResidual(worker.incarnation());
  }

  /** Notes that a worker has left; the square of the norm of what it could not hand over. */
  double leave(Peer worker, EncodingReport last) {
    return ledger.leave(worker.incarnation(), last);
  }

  /** Whether the last step was told, or is with the next call of {@link #take}. */
  boolean knowsLastStep() {
    return ledger.next() >= lastStep;
  }

  /** The steps that were computed whole since the last call, in order. */
  List<GlobalStep> take() {
    return ledger.take();
  }

  /** Warnings of slow workers since the last call. */
  List<String> takeWarnings() {
    return stragglers.take();
  }
}
