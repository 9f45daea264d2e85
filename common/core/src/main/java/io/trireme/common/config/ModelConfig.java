package io.trireme.common.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The model: exactly one of the two is set.
 *
 * @param zoo a model that Trireme knows, one of {@link #ZOO}
 * @param dl4j path of a DL4J configuration in JSON, of a MultiLayerNetwork or a ComputationGraph
 */
public record ModelConfig(@Nullable String zoo, @Nullable String dl4j) {

  /** The models that can be named. */
  public static final List<String> ZOO = List.of("mlp", "lenet");

  /** The name of the model family that reads these keys. */
  public String family() {
    return "dl4j";
  }
}
