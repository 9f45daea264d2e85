package io.trireme.server.optimizer;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads ND4J's native code uses for one operation.
 *
 * <p>Three libraries count threads, each in its own place: ND4J's own loops by one setting of the
 * process, BLAS by another, and OpenMP (oneDNN, OpenBLAS, reductions) by a variable <b>of the
 * calling thread</b>, which a new thread inherits from the environment variable {@code
 * OMP_NUM_THREADS} as it was when the process started, never from the thread that made it. So
 * {@link #use} must be called on every thread that computes, before it computes.
 *
 * <p>The number decides the order of sums and with it the bits of a gradient: it belongs to a job's
 * identity.
 */
public final class NativeThreads {
  private NativeThreads() {}

  /**
   * Sets the number for operations of the calling thread. The settings of the process change too,
   * so that threads of one process that compute must all ask for the same number.
   *
   * @param threads 1 or more
   */
  public static void use(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("native threads: " + threads + ", expected 1 or more");
    }
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
    Nd4j.factory().blas().setMaxThreads(threads);
    nativeOps().setOmpNumThreads(threads);
  }

  /** The number of OpenMP threads that an operation of the calling thread would use. */
  public static int current() {
    return nativeOps().ompGetMaxThreads();
  }

  private static NativeOps nativeOps() {
    // The holder is filled by the backend's initialisation, which this call makes sure of.
    Nd4j.getBackend();
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }
}
