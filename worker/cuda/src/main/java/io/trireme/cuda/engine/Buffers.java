package io.trireme.cuda.engine;

import io.trireme.cuda.driver.DeviceMemory;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.PinnedMemory;
import io.trireme.cuda.driver.Stream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Allocates an engine's memory, or only counts what it would need. */
final class Buffers {
  /** What the driver rounds an allocation up to. */
  private static final long UNIT = 512;

  private final Source source;
  private final String model;
  private final int examples;
  private long deviceBytes;

  private Buffers(Source source, String model, int examples) {
    this.source = source;
    this.model = model;
    this.examples = examples;
  }

  /** Where memory comes from. */
  private interface Source {
    long allocate(long bytes);

    void write(long device, long bytes, Consumer<ByteBuffer> writer);
  }

  /** Memory of the current card, closed by an owner. */
  static Buffers onDevice(Owner owner, Stream stream, String model, int examples) {
    Source source =
        new Source() {
          @Override
          public long allocate(long bytes) {
            return owner.own(DeviceMemory.allocate(bytes)).address();
          }

          @Override
          public void write(long device, long bytes, Consumer<ByteBuffer> writer) {
            try (PinnedMemory host = PinnedMemory.allocate(bytes)) {
              writer.accept(host.view());
              stream.toDevice(device, host.address(), bytes);
              stream.synchronize();
            }
          }
        };
    return new Buffers(source, model, examples);
  }

  /** Counts, and allocates nothing: addresses are not valid. */
  static Buffers counting(String model, int examples) {
    Source source =
        new Source() {
          @Override
          public long allocate(long bytes) {
            return UNIT;
          }

          @Override
          public void write(long device, long bytes, Consumer<ByteBuffer> writer) {
            // nothing is there to write to
          }
        };
    return new Buffers(source, model, examples);
  }

  /** Memory on the card: its address. */
  long device(long bytes) {
    long address = source.allocate(bytes);
    deviceBytes += (bytes + UNIT - 1) / UNIT * UNIT;
    return address;
  }

  /** Memory on the card that starts with what a writer puts in. */
  long device(long bytes, Consumer<ByteBuffer> writer) {
    long address = device(bytes);
    source.write(address, bytes, writer);
    return address;
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

  /** Bytes on the card so far. */
  long deviceBytes() {
    return deviceBytes;
  }
}
