package io.trireme.cuda.driver;

/** Memory on the card. */
public final class DeviceMemory implements Owner.Owned {
  private final long address;
  private final long bytes;
  private boolean closed;

  private DeviceMemory(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * Memory of the current card.
   *
   * @throws io.trireme.cuda.driver.CudaException if there is not enough
   */
  public static DeviceMemory allocate(long bytes) {
    long[] at = new long[1];
    Calls.check(Driver.cuMemAlloc_v2(at, Math.max(bytes, 4)), "cuMemAlloc of " + bytes + " bytes");
    return new DeviceMemory(at[0], bytes);
  }

  /** Where it lies, on the card. */
  public long address() {
    return address;
  }

  /** Its length. */
  public long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuMemFree_v2(address), "cuMemFree");
    }
  }
}
