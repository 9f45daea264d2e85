package io.trireme.cuda.driver;

import com.sun.jna.Pointer;

/** Turns the driver's return codes into exceptions that name call, error and way out. */
final class Calls {
  static final int OUT_OF_MEMORY = 2;

  private Calls() {}

  /** Throws if a call failed. */
  static void check(int code, String call) {
    if (code != 0) {
      throw failure(code, call, "");
    }
  }

  /** The exception for a failed call. */
  static CudaException failure(int code, String call, String detail) {
    String more = detail.isBlank() ? "" : ". " + detail.strip();
    return new CudaException(
        code, call + ": " + name(code) + " (" + code + "). " + wayOut(code) + more);
  }

  private static String name(int code) {
    long[] at = new long[1];
    if (Driver.cuGetErrorName(code, at) != 0 || at[0] == 0) {
      return "CUDA error";
    }
    return new Pointer(at[0]).getString(0, "US-ASCII");
  }

  private static String wayOut(int code) {
    return switch (code) {
      case OUT_OF_MEMORY -> "Use a smaller batch, or a card with more free memory";
      case 3, 4 -> "The driver is shutting down: this process is ending";
      case 34 -> "This is the driver's stub library; put the real libcuda.so.1 first on the path";
      case 35, 222 -> "The driver is too old for these kernels; install one for CUDA 11.0 or newer";
      case 46 -> "Another process holds the card exclusively, or it is lost; choose another card";
      case 100 -> "No card is visible: see nvidia-smi and CUDA_VISIBLE_DEVICES";
      case 101 -> "There is no card of this number: see nvidia-smi -L and CUDA_VISIBLE_DEVICES";
      case 209 -> "These kernels need compute capability 7.0 or newer";
      case 218 -> "The driver did not accept the kernels' PTX";
      case 700, 715, 716, 717, 719 ->
          "A kernel failed on the card; this process cannot use the card any more: restart it";
      case 802, 803, 804 -> "Driver and card do not fit together; see nvidia-smi";
      case 214 -> "The card reported a memory error; see nvidia-smi -q for ECC counts";
      default -> "See nvidia-smi and the kernel log";
    };
  }
}
