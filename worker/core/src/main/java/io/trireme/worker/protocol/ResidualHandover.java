package io.trireme.worker.protocol;

/**
 * How a worker that leaves hands over what it has kept back: in one step everything travels plain,
 * the gradient with the residual. What was handed over counts as kept back until the parameters of
 * the next step prove that it was counted.
 */
final class ResidualHandover {

  private static final long NONE = -1;

  private long step = NONE;
  private double unproven;

  /** From now on this step hands over. */
  void begin(long handoverStep) {
    step = handoverStep;
  }

  /** Whether this step hands over. */
  boolean isIn(long asked) {
    return step != NONE && step == asked;
  }

  /** Notes the square of the norm of a residual that is on its way. */
  void sent(double normSquared) {
    unproven += normSquared;
  }

  /** Notes that all steps before this one are counted. */
  void counted(long next) {
    if (next > step) {
      unproven = 0;
    }
  }

  /** It is known what was counted; what was not is kept back again. */
  void settle() {
    unproven = 0;
  }

  /** The square of the norm of what is not known to be counted. */
  double normSquared() {
    return unproven;
  }
}
