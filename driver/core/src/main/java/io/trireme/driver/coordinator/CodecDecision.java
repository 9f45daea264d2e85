package io.trireme.driver.coordinator;

import io.trireme.common.message.CodecChoice;
import java.util.Map;

/**
 * That codecs were chosen, and why.
 *
 * @param step the newest step that was measured
 * @param choice the codecs from now on
 * @param why in words
 * @param linkBytesPerSecond what the links were seen to carry for each worker, both directions
 *     together; infinite if fewer bytes made no step shorter
 * @param predicted seconds of a step by the names of both codecs, as the model had them
 * @param measured medians of the seconds of a step by the names of both codecs
 */
public record CodecDecision(
    long step,
    CodecChoice choice,
    String why,
    double linkBytesPerSecond,
    Map<String, Double> predicted,
    Map<String, Double> measured) {
  public CodecDecision {
    predicted = Map.copyOf(predicted);
    measured = Map.copyOf(measured);
  }
}
