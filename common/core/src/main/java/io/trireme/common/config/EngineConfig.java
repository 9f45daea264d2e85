package io.trireme.common.config;

import java.io.Serializable;
import java.util.List;

/**
 * What computes gradients.
 *
 * @param name the engine, one of {@link #NAMES}
 * @param math how its products multiply, one of {@link #MATHS}
 */
public record EngineConfig(String name, String math) implements Serializable {

  /** The engines that can be named. */
  public static final List<String> NAMES = List.of("auto", "cpu", "cuda");

  /** The engine of the project's own kernels on NVIDIA cards. */
  public static final String CUDA = "cuda";

  /** How products can multiply; all but the first need tensor cores. */
  public static final List<String> MATHS = List.of("exact", "tf32", "bf16");

  /** The processor's engine, which every job had before there was a choice. */
  public static final EngineConfig CPU = new EngineConfig(Defaults.ENGINE, Defaults.MATH);

  /** Whether the driver has still to decide between the engines. */
  public boolean isOpen() {
    return name.equals("auto");
  }

  /** The same with another engine. */
  public EngineConfig named(String other) {
    return new EngineConfig(other, math);
  }

  /** Whether it computes on devices, of which each worker needs one for itself. */
  public boolean onDevice() {
    return !name.equals(CPU.name);
  }
}
