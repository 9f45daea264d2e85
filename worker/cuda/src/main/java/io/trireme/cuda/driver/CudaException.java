package io.trireme.cuda.driver;

/** A call of CUDA's driver failed, or a card cannot do what was asked; the message has the fix. */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * A failure.
   *
   * @param code the driver's number, 0 if the driver was not asked
   * @param message call, error and way out
   */
  public CudaException(int code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * A failure with its cause.
   *
   * @param message what failed, and the way out
   * @param cause what was thrown
   */
  public CudaException(String message, Throwable cause) {
    super(message, cause);
    this.code = 0;
  }

  /** The driver's error number, 0 if the driver was not asked. */
  public int code() {
    return code;
  }
}
