package io.trireme.driver.protocol;

import java.util.Locale;

/**
 * How the run got over a loss.
 *
 * @param lost who was lost, and why, in words
 * @param workers lives of workers among them
 * @param servers lives of servers among them
 * @param step the step with which training went on
 * @param detectionNs from the last sign of life to when the loss was known
 * @param pauseNs from then until the first step of the new generation was computed
 * @param residualNorm Euclidean norm of what lost workers had not sent yet of their gradients,
 *     which is lost with them; 0 where gradients travel plain
 */
public record Recovery(
    String lost,
    int workers,
    int servers,
    long step,
    long detectionNs,
    long pauseNs,
    double residualNorm) {

  /** One line for a person. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "lost %s; noticed after %.2f s, training went on %.2f s later with step %d",
        lost,
        detectionNs / 1e9,
        pauseNs / 1e9,
        step);
  }
}
