package io.trireme.cuda.engine;

import io.trireme.cuda.CudaException;
import io.trireme.cuda.driver.DeviceMemory;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.PinnedMemory;

/** Allocates an engine's memory; what fails names the model and the batch. */
final class Buffers {
  private static final int OUT_OF_MEMORY = 2;

  private final Owner owner;
  private final String model;
  private final int examples;
  private long deviceBytes;

  Buffers(Owner owner, String model, int examples) {
    this.owner = owner;
    this.model = model;
    this.examples = examples;
  }

  /** Memory on the card: its address. */
  long device(long bytes) {
    try {
      DeviceMemory memory = owner.own(DeviceMemory.allocate(bytes));
      deviceBytes += bytes;
      return memory.address();
    } catch (CudaException e) {
      throw e.code() == OUT_OF_MEMORY ? tooLarge(e) : e;
    }
  }

  /** Memory for so many values an example. */
  long perExample(long values) {
    long all = Math.multiplyExact(values, examples);
    if (all > Integer.MAX_VALUE - (1 << 20)) {
      throw new IllegalArgumentException(
          "model "
              + model
              + ": "
              + values
              + " values an example are too many for batch "
              + examples);
    }
    return device(4 * all);
  }

  PinnedMemory pinned(long bytes) {
    return owner.own(PinnedMemory.allocate(bytes));
  }

  /** Bytes on the card so far. */
  long deviceBytes() {
    return deviceBytes;
  }

  private CudaException tooLarge(CudaException e) {
    return new CudaException(
        "model "
            + model
            + " with batch "
            + examples
            + " does not fit: "
            + (deviceBytes >> 20)
            + " MiB are allocated, and then: "
            + e.getMessage(),
        e);
  }
}
