package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * The model: exactly one of the two is set.
 *
 * @param zoo a model that Trireme knows: {@code mlp} or {@code lenet}
 * @param dl4j path of a DL4J configuration in JSON, of a MultiLayerNetwork or a ComputationGraph
 */
public record ModelConfig(@Nullable String zoo, @Nullable String dl4j) {

  /** The name of the model family that reads these keys. */
  public String family() {
    return "dl4j";
  }
}
