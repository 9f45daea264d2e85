package io.trireme.server.protocol;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The scales that contributors to each block of a group share, where a codec has one: in the step
 * before the open one, in the open step, and in the step after. Zero where there is none.
 */
final class SharedScales {

  private static final int STEPS = 3;
  private static final int BEFORE = 0;
  private static final int OPEN = 1;
  private static final int NEXT = 2;

  private final UnsafeBuffer floats;
  private final int blocks;

  /** The scales of a group of so many blocks. */
  SharedScales(int blocks) {
    this.blocks = blocks;
    this.floats = new UnsafeBuffer(new byte[STEPS * blocks * Float.BYTES]);
  }

  /** All of them, as a backup is sent them. */
  MutableDirectBuffer part() {
    return floats;
  }

  float before(int place) {
    return floats.getFloat(index(BEFORE, place));
  }

  float open(int place) {
    return floats.getFloat(index(OPEN, place));
  }

  float next(int place) {
    return floats.getFloat(index(NEXT, place));
  }

  void next(int place, float scale) {
    floats.putFloat(index(NEXT, place), scale);
  }

  /** The open step is over. */
  void shift() {
    for (int place = 0; place < blocks; place++) {
      floats.putFloat(index(BEFORE, place), open(place));
      floats.putFloat(index(OPEN, place), next(place));
    }
  }

  private int index(int step, int place) {
    return (step * blocks + place) * Float.BYTES;
  }
}
