package io.trireme.kernels.codec.tile;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The registers of the vector forms. To be loaded only where {@link Tiles#hasVectors} says so. */
final class Lanes {

  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Floats, or whole numbers, in a register. */
  static final int LANES = FLOATS.length();

  private Lanes() {}
}
