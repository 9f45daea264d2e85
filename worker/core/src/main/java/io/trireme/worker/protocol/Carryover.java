package io.trireme.worker.protocol;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What other encoders of a block have not sent, as floats, until the step with which it went is
 * known to be counted. If that is not, it waits again.
 */
final class Carryover implements AutoCloseable {

  private final int lengthBytes;
  private @Nullable ByteBuffer memory;

  /** The sum of these floats and a gradient; kept for as long as the floats are. */
  private @Nullable ByteBuffer sumMemory;

  private boolean gone;

  /** Nothing, of a block of this length. */
  Carryover(int lengthBytes) {
    this.lengthBytes = lengthBytes;
  }

  /** Whether there is some that waits to be sent. */
  boolean isWaiting() {
    return memory != null && !gone;
  }

  /** The floats, to be added to: zeros where there were none. */
  UnsafeBuffer floats() {
    settle();
    ByteBuffer known = memory;
    if (known == null) {
      known = ByteBuffer.allocateDirect(lengthBytes);
      memory = known;
    }
    return new UnsafeBuffer(known);
  }

  /** The floats together with a block of a gradient, as which they go. */
  UnsafeBuffer goWith(DirectBuffer gradient, int offsetBytes) {
    UnsafeBuffer floats = floats();
    ByteBuffer known = sumMemory;
    if (known == null) {
      known = ByteBuffer.allocateDirect(lengthBytes);
      sumMemory = known;
    }
    UnsafeBuffer sum = new UnsafeBuffer(known);
    sum.putBytes(0, floats, 0, lengthBytes);
    add(sum, gradient, offsetBytes, lengthBytes);
    gone = true;
    return sum;
  }

  /** What they went with was not counted: they wait again. */
  void comeBack() {
    gone = false;
  }

  /** What they went with, if they did, is counted: forgets them. */
  void settle() {
    if (gone) {
      close();
    }
  }

  /** Adds the block's floats to a block's, kept within the range of floats. */
  static void add(UnsafeBuffer sum, DirectBuffer more, int offsetBytes, int lengthBytes) {
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      float added = sum.getFloat(at) + more.getFloat(offsetBytes + at);
      sum.putFloat(at, Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, added)));
    }
  }

  @Override
  public void close() {
    ByteBuffer floats = memory;
    ByteBuffer sum = sumMemory;
    memory = null;
    sumMemory = null;
    gone = false;
    BufferUtil.free(floats);
    BufferUtil.free(sum);
  }
}
