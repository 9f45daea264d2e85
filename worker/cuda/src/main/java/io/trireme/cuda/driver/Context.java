package io.trireme.cuda.driver;

import java.nio.charset.StandardCharsets;

/** The process's primary context on a card. */
public final class Context implements Owner.Owned {
  private static final int MAJOR = 75;
  private static final int MINOR = 76;

  private final int device;
  private final long handle;
  private final String name;
  private final int computeCapability;
  private final int driverVersion;
  private boolean closed;

  private Context(int device, long handle, String name, int capability, int driverVersion) {
    this.device = device;
    this.handle = handle;
    this.name = name;
    this.computeCapability = capability;
    this.driverVersion = driverVersion;
  }

  /**
   * Opens the context of a card, and makes it the calling thread's.
   *
   * @throws CudaException if there is no driver, no such card, or it is taken
   */
  public static Context open(int ordinal) {
    try {
      return openLoaded(ordinal);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw new CudaException(
          "There is no NVIDIA driver: "
              + System.getProperty(Driver.LIBRARY, "libcuda.so.1")
              + " cannot be loaded. Install the driver, or let the container see the card",
          e);
    }
  }

  private static Context openLoaded(int ordinal) {
    Calls.check(Driver.cuInit(0), "cuInit");
    int[] one = new int[1];
    Calls.check(Driver.cuDeviceGet(one, ordinal), "cuDeviceGet " + ordinal);
    int device = one[0];
    byte[] text = new byte[256];
    Calls.check(Driver.cuDeviceGetName(text, text.length, device), "cuDeviceGetName");
    String name = new String(text, StandardCharsets.US_ASCII);
    int capability = 10 * attribute(device, MAJOR) + attribute(device, MINOR);
    Calls.check(Driver.cuDriverGetVersion(one), "cuDriverGetVersion");
    long[] at = new long[1];
    Calls.check(Driver.cuDevicePrimaryCtxRetain(at, device), "cuDevicePrimaryCtxRetain");
    Context context =
        new Context(
            device, at[0], name.substring(0, Math.max(0, name.indexOf('\0'))), capability, one[0]);
    try {
      context.makeCurrent();
      return context;
    } catch (RuntimeException e) {
      Owner owner = new Owner();
      owner.own(context);
      owner.closeAfter(e);
      throw e;
    }
  }

  private static int attribute(int device, int attribute) {
    int[] value = new int[1];
    Calls.check(Driver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  /** Makes it the calling thread's context. */
  public void makeCurrent() {
    Calls.check(Driver.cuCtxSetCurrent(handle), "cuCtxSetCurrent");
  }

  /** The card's name. */
  public String name() {
    return name;
  }

  /** Ten times the compute capability. */
  public int computeCapability() {
    return computeCapability;
  }

  /** The newest CUDA that the driver knows. */
  public int driverVersion() {
    return driverVersion;
  }

  /** An attribute by the driver's number. */
  public int attribute(int number) {
    return attribute(device, number);
  }

  /** Bytes free on the card. */
  public long freeBytes() {
    return memory()[0];
  }

  /** Bytes of the card. */
  public long totalBytes() {
    return memory()[1];
  }

  private long[] memory() {
    makeCurrent();
    long[] free = new long[1];
    long[] total = new long[1];
    Calls.check(Driver.cuMemGetInfo_v2(free, total), "cuMemGetInfo");
    return new long[] {free[0], total[0]};
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuDevicePrimaryCtxRelease_v2(device), "cuDevicePrimaryCtxRelease");
    }
  }
}
