package io.trireme.kernels.memory;

import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads ND4J's native code uses for one operation.
 *
 * <p>Four counts of threads lie in four places. ND4J's own loops have one in the process that can
 * be changed, and BLAS too. OpenMP (oneDNN, OpenBLAS) goes by a variable <b>of the calling
 * thread</b>, which a new thread inherits from the environment variable {@code OMP_NUM_THREADS} as
 * it was when the process started, never from the thread that made it. So {@link #use} must be
 * called on every thread that computes, before it computes.
 *
 * <p>The number decides the order of sums and with it the bits of a gradient: it belongs to a job's
 * identity.
 *
 * <p>Last, ND4J cuts a reduction over a whole array (a norm, a loss) into as many pieces as {@code
 * SD_MAX_THREADS}, else {@code OMP_NUM_THREADS}, else the machine's cores say when the library is
 * loaded; ND4J 1.0.0-M2.1 ignores every later wish. A process must therefore be started with {@code
 * OMP_NUM_THREADS} set to the job's number; {@link #mismatch} says where it was not.
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

  /**
   * Why this process cannot give the bits of a job with so many threads, and what to do; empty if
   * it can.
   */
  public static Optional<String> mismatch(int threads) {
    int atStart = Nd4j.getEnvironment().maxThreads();
    if (atStart == threads) {
      return Optional.empty();
    }
    return Optional.of(
        "ND4J was loaded for "
            + atStart
            + " threads in this process, the job has workers.threads "
            + threads
            + ": norms would differ in their last bits; start the process with OMP_NUM_THREADS="
            + threads
            + " in its environment (on Spark: spark.executorEnv.OMP_NUM_THREADS)");
  }

  private static NativeOps nativeOps() {
    // The holder is filled by the backend's initialisation, which this call makes sure of.
    Nd4j.getBackend();
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }
}
