package io.trireme.cuda.spec;

/** A codec of gradients that the card has, with the bits of the CPU's of the same name. */
public sealed interface GradientCodec {

  /** Rounding to bf16, with error feedback. */
  record Bf16() implements GradientCodec {}

  /**
   * Whole multiples of 1/127 of a bucket's greatest magnitude, rounded at random.
   *
   * @param bucket floats that share a unit: a power of two from 64 to 1024
   */
  record Int8(int bucket) implements GradientCodec {
    public Int8 {
      if (bucket < 64 || bucket > 1024 || Integer.bitCount(bucket) != 1) {
        throw new IllegalArgumentException(
            "codec int8, bucket " + bucket + ": expected a power of two from 64 to 1024");
      }
    }
  }

  /** Signs, and the mean magnitude of each 1024 floats. */
  record Onebit() implements GradientCodec {}
}
