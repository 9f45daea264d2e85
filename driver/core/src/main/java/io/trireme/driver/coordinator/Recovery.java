package io.trireme.driver.coordinator;

import java.util.Locale;

/**
 * How the run recovered after members were lost, or had left.
 *
 * @param lost who was lost, and why, or has left, in words
 * @param workers lives of workers among them
 * @param servers lives of servers among them
 * @param left lives of workers that have left in good order, which is no loss
 * @param step the step with which training went on
 * @param detectionNs from the last sign of life to when the loss was known
 * @param pauseNs from then until the first step of the new generation was computed
 * @param residualNorm Euclidean norm of what these workers had not sent yet of their gradients,
 *     which is lost with them: all of lost ones, and of others what could not be handed over; 0
 *     where gradients travel plain
 */
public record Recovery(
    String lost,
    int workers,
    int servers,
    int left,
    long step,
    long detectionNs,
    long pauseNs,
    double residualNorm) {

  /** One line for a person. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        workers + servers == 0
            ? "%1$s; training went on %3$.2f s later with step %4$d"
            : "lost %1$s; noticed after %2$.2f s, training went on %3$.2f s later with step %4$d",
        lost,
        detectionNs / 1e9,
        pauseNs / 1e9,
        step);
  }
}
