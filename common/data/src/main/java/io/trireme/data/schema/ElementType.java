package io.trireme.data.schema;

/** How one number of a tensor is stored, little-endian. */
public enum ElementType {
  /** IEEE 754 single precision. */
  FLOAT32(Float.BYTES),
  /** Two's complement. */
  INT32(Integer.BYTES),
  /** Unsigned byte; a tensor's scale turns it into a float. */
  UINT8(Byte.BYTES);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }
}
