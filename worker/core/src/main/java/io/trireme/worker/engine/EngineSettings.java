package io.trireme.worker.engine;

/**
 * What an engine is told beside its model.
 *
 * @param math how products multiply: {@code exact}, or what else the engine knows
 * @param device the number of the device among those that the process sees; of no matter to engines
 *     without devices
 */
public record EngineSettings(String math, int device) {

  /** Exact, on the first device. */
  public static final EngineSettings DEFAULT = new EngineSettings("exact", 0);
}
