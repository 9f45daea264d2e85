package io.trireme.common.checkpoint.write;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Off-heap memory for copies, used again from one checkpoint to the next: one server's groups have
 * the same lengths every time. Safe from any thread.
 */
final class SnapshotPool implements AutoCloseable {
  private final Map<Integer, Deque<UnsafeBuffer>> free = new HashMap<>();
  private boolean closed;

  /** A copy of the whole buffer. */
  UnsafeBuffer copy(DirectBuffer source) {
    UnsafeBuffer copy = obtain(source.capacity());
    copy.putBytes(0, source, 0, source.capacity());
    return copy;
  }

  private synchronized UnsafeBuffer obtain(int lengthBytes) {
    Deque<UnsafeBuffer> same = free.get(lengthBytes);
    UnsafeBuffer known = same == null ? null : same.poll();
    return known == null ? new UnsafeBuffer(ByteBuffer.allocateDirect(lengthBytes)) : known;
  }

  /** Takes a copy back that is not read any more. */
  synchronized void giveBack(UnsafeBuffer copy) {
    if (closed) {
      release(copy);
    } else {
      free.computeIfAbsent(copy.capacity(), unused -> new ArrayDeque<>()).push(copy);
    }
  }

  private static void release(UnsafeBuffer copy) {
    ByteBuffer memory = copy.byteBuffer();
    copy.wrap(new byte[0]);
    BufferUtil.free(memory);
  }

  /** Frees the memory; what is in use is freed when it comes back. */
  @Override
  public synchronized void close() {
    closed = true;
    free.values().forEach(same -> same.forEach(SnapshotPool::release));
    free.clear();
  }
}
