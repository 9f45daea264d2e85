package io.trireme.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The driver's functions; names and signatures are those of CUDA 10 to 13. One driver for a
 * process: {@code libcuda.so.1}, or the library that the system property {@value #LIBRARY} names
 * when this class is first used.
 */
final class Driver {
  /** Property with the path or name of the driver's library. */
  static final String LIBRARY = "trireme.cuda.driver";

  static {
    Native.register(
        Driver.class,
        NativeLibrary.getInstance(
            System.getProperty(LIBRARY, "libcuda.so.1"),
            Map.of(com.sun.jna.Library.OPTION_STRING_ENCODING, "US-ASCII")));
  }

  private Driver() {}

  static native int cuInit(int flags);

  static native int cuDriverGetVersion(int[] version);

  static native int cuDeviceGetCount(int[] count);

  static native int cuDeviceGet(int[] device, int ordinal);

  static native int cuDeviceGetName(byte[] name, int length, int device);

  static native int cuDeviceGetAttribute(int[] value, int attribute, int device);

  static native int cuDevicePrimaryCtxRetain(long[] context, int device);

  static native int cuDevicePrimaryCtxRelease_v2(int device);

  static native int cuCtxSetCurrent(long context);

  static native int cuMemGetInfo_v2(long[] free, long[] total);

  static native int cuMemAlloc_v2(long[] address, long bytes);

  static native int cuMemFree_v2(long address);

  static native int cuMemHostAlloc(long[] address, long bytes, int flags);

  static native int cuMemFreeHost(long address);

  static native int cuStreamCreate(long[] stream, int flags);

  static native int cuStreamDestroy_v2(long stream);

  static native int cuStreamSynchronize(long stream);

  static native int cuEventCreate(long[] event, int flags);

  static native int cuEventDestroy_v2(long event);

  static native int cuEventRecord(long event, long stream);

  static native int cuEventElapsedTime(float[] milliseconds, long from, long to);

  static native int cuModuleLoadDataEx(
      long[] module, byte[] text, int options, ByteBuffer names, ByteBuffer values);

  static native int cuModuleUnload(long module);

  static native int cuModuleGetFunction(long[] function, long module, String name);

  static native int cuMemcpyHtoDAsync_v2(long device, long host, long bytes, long stream);

  static native int cuMemcpyDtoHAsync_v2(long host, long device, long bytes, long stream);

  static native int cuMemsetD32Async(long device, int value, long count, long stream);

  static native int cuLaunchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      long stream,
      ByteBuffer arguments,
      long extra);

  static native int cuStreamBeginCapture_v2(long stream, int mode);

  static native int cuStreamEndCapture(long stream, long[] graph);

  static native int cuGraphInstantiateWithFlags(long[] executable, long graph, long flags);

  static native int cuGraphLaunch(long executable, long stream);

  static native int cuGraphDestroy(long graph);

  static native int cuGraphExecDestroy(long executable);

  static native int cuGetErrorName(int error, long[] name);
}
