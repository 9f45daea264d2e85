package io.trireme.driver.sim;

import org.agrona.DirectBuffer;

/** Floats in a buffer. */
record Floats(DirectBuffer buffer) {
  float at(int index) {
    return buffer.getFloat(index * Float.BYTES);
  }
}
