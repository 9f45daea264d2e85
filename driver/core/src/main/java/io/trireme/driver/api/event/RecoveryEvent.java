package io.trireme.driver.api.event;

import java.util.Locale;

/**
 * Training went on after workers or servers were lost, or after workers left in good order.
 *
 * @param step the step with which training went on
 * @param lost what was lost and why, or what left, in words
 * @param workers workers among them
 * @param servers servers among them
 * @param left workers that left in good order, which is no loss
 * @param detectionSeconds from the last sign of life until the loss was known
 * @param pauseSeconds from then until the first step afterwards was computed
 * @param residualNormLost Euclidean norm of the gradients that the lost workers had not sent yet; 0
 *     where gradients travel plain
 */
public record RecoveryEvent(
    long step,
    String lost,
    int workers,
    int servers,
    int left,
    double detectionSeconds,
    double pauseSeconds,
    double residualNormLost) {

  /** One line for a person. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        workers + servers == 0
            ? "%1$s; training went on %3$.2f s later with step %4$d"
            : "lost %1$s; noticed after %2$.2f s, training went on %3$.2f s later with step %4$d",
        lost,
        detectionSeconds,
        pauseSeconds,
        step);
  }
}
