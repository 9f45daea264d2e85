package io.trireme.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Kernels, translated by the driver for its card. */
public final class Module implements Owner.Owned {
  private static final int ERROR_LOG = 5;
  private static final int ERROR_LOG_BYTES = 6;
  private static final int LOG_BYTES = 8192;

  private final long handle;
  private final Map<String, Long> functions = new HashMap<>();
  private boolean closed;

  private Module(long handle) {
    this.handle = handle;
  }

  /**
   * Loads PTX text, or a binary for the card.
   *
   * @throws io.trireme.cuda.driver.CudaException with the driver's log if it does not accept the
   *     text
   */
  public static Module load(byte[] text) {
    ByteBuffer log = direct(LOG_BYTES);
    ByteBuffer names = direct(8).putInt(0, ERROR_LOG).putInt(4, ERROR_LOG_BYTES);
    ByteBuffer values = direct(16).putLong(0, address(log)).putLong(8, LOG_BYTES);
    long[] at = new long[1];
    int code =
        Driver.cuModuleLoadDataEx(at, Arrays.copyOf(text, text.length + 1), 2, names, values);
    if (code != 0) {
      throw Calls.failure(code, "cuModuleLoadDataEx", text(log));
    }
    return new Module(at[0]);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  static long address(ByteBuffer buffer) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
  }

  private static String text(ByteBuffer log) {
    byte[] bytes = new byte[LOG_BYTES];
    log.get(0, bytes);
    String all = new String(bytes, StandardCharsets.US_ASCII);
    int end = all.indexOf('\0');
    return end < 0 ? all : all.substring(0, end);
  }

  /** The kernel of a name. */
  public long function(String name) {
    Long known = functions.get(name);
    if (known != null) {
      return known;
    }
    long[] at = new long[1];
    Calls.check(Driver.cuModuleGetFunction(at, handle, name), "cuModuleGetFunction " + name);
    functions.put(name, at[0]);
    return at[0];
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuModuleUnload(handle), "cuModuleUnload");
    }
  }
}
