package io.trireme.driver.api.event;

import java.util.Map;

/**
 * Codecs were chosen while the job runs, as {@code compression: auto} asks for.
 *
 * @param step steps done when they were chosen
 * @param way the codec of gradients from now on
 * @param back the codec of parameter changes from now on
 * @param why in words
 * @param linkBytesPerSecond bytes a second that the links carried for each worker, both directions
 *     together; infinite if fewer bytes made no step shorter
 * @param predictedStepSeconds seconds of a step by {@code way/back}, as the model has them
 * @param measuredStepSeconds medians of the seconds of a step by {@code way/back}
 */
public record CompressionEvent(
    long step,
    String way,
    String back,
    String why,
    double linkBytesPerSecond,
    Map<String, Double> predictedStepSeconds,
    Map<String, Double> measuredStepSeconds) {
  public CompressionEvent {
    predictedStepSeconds = Map.copyOf(predictedStepSeconds);
    measuredStepSeconds = Map.copyOf(measuredStepSeconds);
  }
}
