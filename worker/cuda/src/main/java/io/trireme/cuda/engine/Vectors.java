package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;

/**
 * Parameters and gradient on the card.
 *
 * @param parameters address of the flat vector
 * @param gradient address of its gradient
 */
record Vectors(long parameters, long gradient) {
  long parameter(long offset) {
    return offset == Layer.NONE ? 0 : parameters + 4 * offset;
  }

  long gradientOf(long offset) {
    return offset == Layer.NONE ? 0 : gradient + 4 * offset;
  }
}
