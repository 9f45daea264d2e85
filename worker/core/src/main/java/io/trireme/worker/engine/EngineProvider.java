package io.trireme.worker.engine;

import io.trireme.common.service.Providers;
import java.util.List;

/**
 * Makes engines of one kind for the models of one family. Found by {@code META-INF/services};
 * implementations have no state and a public constructor without parameters.
 */
public interface EngineProvider {

  /** The engine that every family has: native code on the processor. */
  String CPU = "cpu";

  /** The engine's name, such as {@link #CPU}. */
  String name();

  /** The name of the {@link ModelFamily} whose models it computes. */
  String family();

  /**
   * Checks that the engine can compute all of a model; needs none of the engine's devices.
   *
   * @throws BadModelException if it cannot; the message names the part
   */
  default void admit(TrainableModel model) {
    // An engine that runs the family's own code computes every model of it.
  }

  /**
   * An engine over a model of the family, with the model's parameters.
   *
   * @param capacity the most examples of one computation
   * @throws BadModelException if the engine cannot compute a part of the model; the message names
   *     it
   */
  GradientEngine create(TrainableModel model, int capacity, EngineSettings settings);

  /**
   * What of this process keeps such an engine from working, or makes it slow.
   *
   * @param threads native threads of one computation
   */
  List<EngineFinding> check(int threads, EngineSettings settings);

  /**
   * What of this process decides the bits of a gradient, beside the job; equal texts give equal
   * bits. Empty if nothing that a run must watch.
   */
  default String identity(EngineSettings settings) {
    return "";
  }

  /** The most memory that it lets this process take, heap included; 0 if it sets no limit. */
  default long nativeLimitBytes() {
    return 0;
  }

  /**
   * The provider of an engine.
   *
   * @throws BadModelException if there is none; the message lists the family's engines
   */
  static EngineProvider of(String family, String name) {
    List<EngineProvider> ofFamily =
        Providers.of(EngineProvider.class).stream()
            .filter(provider -> provider.family().equals(family))
            .toList();
    return ofFamily.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new BadModelException(
                    List.of(
                        "engine: no "
                            + name
                            + " for models of the family "
                            + family
                            + "; there are "
                            + ofFamily.stream().map(EngineProvider::name).toList())));
  }
}
