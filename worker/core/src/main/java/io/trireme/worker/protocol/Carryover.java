package io.trireme.worker.protocol;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What other encoders of a block have not sent, as floats, until it goes with a step. A step that
 * may be sent again as it was must not take it up, so that it has a first step.
 */
final class Carryover implements AutoCloseable {

  private final int lengthBytes;
  private @Nullable ByteBuffer memory;
  private long firstStep;

  /** Nothing, of a block of this length. */
  Carryover(int lengthBytes) {
    this.lengthBytes = lengthBytes;
  }

  /** Whether there is none. */
  boolean isEmpty() {
    return memory == null;
  }

  /** Whether there is some that goes with this step. */
  boolean isDue(long step) {
    return memory != null && step >= firstStep;
  }

  /** The floats, to be added to: zeros where there were none. They go with no step before this. */
  UnsafeBuffer floats(long notBefore) {
    firstStep = Math.max(firstStep, notBefore);
    ByteBuffer known = memory;
    if (known == null) {
      known = ByteBuffer.allocateDirect(lengthBytes);
      memory = known;
    }
    return new UnsafeBuffer(known);
  }

  /** The floats as they are. */
  UnsafeBuffer floats() {
    return floats(firstStep);
  }

  /** The first step that they go with. */
  long firstStep() {
    return firstStep;
  }

  /** Adds the block's floats to a block's, kept within the range of floats. */
  static void add(UnsafeBuffer sum, DirectBuffer more, int offsetBytes, int lengthBytes) {
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      float added = sum.getFloat(at) + more.getFloat(offsetBytes + at);
      sum.putFloat(at, Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, added)));
    }
  }

  /** Forgets them: they are sent. */
  @Override
  public void close() {
    ByteBuffer sent = memory;
    memory = null;
    BufferUtil.free(sent);
  }
}
