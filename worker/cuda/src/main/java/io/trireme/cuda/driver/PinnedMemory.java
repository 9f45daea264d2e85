package io.trireme.cuda.driver;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory of the host that the card reads and writes without a copy in between. */
public final class PinnedMemory implements Owner.Owned {
  private static final int PORTABLE = 1;

  private final long address;
  private final long bytes;
  private boolean closed;

  private PinnedMemory(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * Pinned memory, zero throughout.
   *
   * @throws io.trireme.cuda.driver.CudaException if there is not enough
   */
  public static PinnedMemory allocate(long bytes) {
    long[] at = new long[1];
    long length = Math.max(bytes, 4);
    Calls.check(
        Driver.cuMemHostAlloc(at, length, PORTABLE), "cuMemHostAlloc of " + bytes + " bytes");
    new Pointer(at[0]).clear(length);
    return new PinnedMemory(at[0], bytes);
  }

  /** Where it lies, on the host. */
  public long address() {
    return address;
  }

  /** Its length. */
  public long bytes() {
    return bytes;
  }

  /** A view in native order, valid until this is closed; at most 2 GiB. */
  public ByteBuffer view() {
    return new Pointer(address).getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuMemFreeHost(address), "cuMemFreeHost");
    }
  }
}
