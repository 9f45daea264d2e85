package io.trireme.cuda;

import io.trireme.cuda.driver.Context;
import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.driver.Owner;

/** A card, opened: name, capability, driver, memory. One process may open a card several times. */
public final class CudaDevice implements Owner.Owned {
  private final Context context;

  private CudaDevice(Context context) {
    this.context = context;
  }

  /**
   * Opens a card.
   *
   * @param ordinal its number among the visible cards
   * @throws CudaException if there is no driver, no such card, or it cannot be used
   */
  public static CudaDevice open(int ordinal) {
    Context context = Context.open(ordinal);
    if (context.computeCapability() < 70) {
      CudaException failure =
          new CudaException(
              0,
              context.name()
                  + " has compute capability "
                  + context.computeCapability() / 10
                  + "."
                  + context.computeCapability() % 10
                  + ", below the 7.0 that the kernels need");
      Owner owner = new Owner();
      owner.own(context);
      owner.closeAfter(failure);
      throw failure;
    }
    return new CudaDevice(context);
  }

  /** Its name, such as {@code NVIDIA H100 80GB HBM3}. */
  public String name() {
    return context.name();
  }

  /** Ten times the compute capability: 90 for Hopper. */
  public int computeCapability() {
    return context.computeCapability();
  }

  /** The newest CUDA that the driver knows: 12040 for 12.4. */
  public int driverVersion() {
    return context.driverVersion();
  }

  /** Streaming multiprocessors. */
  public int multiprocessors() {
    return context.attribute(16);
  }

  /** Highest clock of the multiprocessors, in kHz. */
  public int clockKhz() {
    return context.attribute(13);
  }

  /** Bytes that are free now. */
  public long freeBytes() {
    return context.freeBytes();
  }

  /** Bytes in all. */
  public long totalBytes() {
    return context.totalBytes();
  }

  /** The driver's context, for the engine. */
  public Context context() {
    return context;
  }

  @Override
  public void close() {
    context.close();
  }
}
