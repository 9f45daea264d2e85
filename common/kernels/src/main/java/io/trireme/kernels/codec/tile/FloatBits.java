package io.trireme.kernels.codec.tile;

/** Parts of the bits of a float. */
final class FloatBits {

  static final int MAGNITUDE = 0x7fffffff;
  static final int SIGN = 0x80000000;

  /** The bits of the greatest float that is finite. */
  static final int GREATEST = Float.floatToRawIntBits(Float.MAX_VALUE);

  /** Added to a magnitude, it sets the uppermost bit if the exponent is all ones. */
  static final int ONE_EXPONENT = 0x00800000;

  private FloatBits() {}
}
