package io.trireme.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A kernel's arguments: plain values, or structures written field by field as C lays them out. */
public final class Arguments {
  private static final int BYTES = 2048;
  private static final int COUNT = 32;

  private final ByteBuffer values = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
  private final ByteBuffer addresses =
      ByteBuffer.allocateDirect(8 * COUNT).order(ByteOrder.nativeOrder());
  private final long base = Module.address(values);
  private int count;

  /** Forgets the arguments of the last launch. */
  public Arguments clear() {
    values.clear();
    count = 0;
    return this;
  }

  /** Starts an argument; what is put next belongs to it. */
  public Arguments next() {
    align(16);
    addresses.putLong(8 * count++, base + values.position());
    return this;
  }

  /** A whole argument. */
  public Arguments put(int value) {
    return next().field(value);
  }

  /** A whole argument. */
  public Arguments put(float value) {
    return next().field(value);
  }

  /** A whole argument: an address, or zero. */
  public Arguments put(long value) {
    return next().field(value);
  }

  /** A field of the structure that {@link #next} started. */
  public Arguments field(int value) {
    values.putInt(value);
    return this;
  }

  /** A field of the structure that {@link #next} started. */
  public Arguments field(float value) {
    values.putFloat(value);
    return this;
  }

  /** A field of the structure that {@link #next} started: an address, or zero. */
  public Arguments field(long value) {
    align(8);
    values.putLong(value);
    return this;
  }

  /** A {@code Divisor}: division of numerators below 2^31 by a multiplication and a shift. */
  public Arguments divisor(int by) {
    int shift = by <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(by - 1);
    long multiplier = ((1L << 32) * ((1L << shift) - by)) / by + 1;
    return field(by).field((int) multiplier).field(shift);
  }

  private void align(int to) {
    values.position((values.position() + to - 1) / to * to);
  }

  ByteBuffer addresses() {
    return addresses;
  }
}
