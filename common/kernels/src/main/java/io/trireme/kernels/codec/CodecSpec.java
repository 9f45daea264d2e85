package io.trireme.kernels.codec;

import java.util.List;
import java.util.Map;

/**
 * A codec and its parameters: immutable, valid by construction. Makes encoders and decoders of
 * blocks; both ends must hold equal specifications and equal shapes.
 */
public sealed interface CodecSpec {

  /** The codec's name in the job file. */
  String name();

  /**
   * Whether the literature sends segments of one dimension, and small ones, as they are with this
   * codec.
   */
  default boolean plainVectors() {
    return false;
  }

  /** A new encoder with an empty residual. */
  BlockEncoder encoder(BlockShape shape);

  /** A new decoder. */
  BlockDecoder decoder(BlockShape shape);

  /** All codecs' names. */
  static List<String> names() {
    return CodecTable.names();
  }

  /**
   * The parameters that a codec knows.
   *
   * @throws IllegalArgumentException if there is no such codec, naming the nearest
   */
  static List<CodecParameter> parameters(String codec) {
    return CodecTable.entry(codec).parameters();
  }

  /**
   * The codec of a name, with its defaults where nothing else is said.
   *
   * @param codec its name
   * @param given values by parameter name: numbers, or text that is one
   * @throws IllegalArgumentException if the codec, or a parameter, is unknown (names the nearest)
   *     or a value is refused; all mistakes in one message
   */
  static CodecSpec of(String codec, Map<String, ?> given) {
    CodecTable.Entry entry = CodecTable.entry(codec);
    return entry.make().apply(entry.values(given));
  }

  /** The codec with its defaults. */
  static CodecSpec of(String codec) {
    return of(codec, Map.of());
  }

  /** The floats as they are. */
  record None() implements CodecSpec {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new PlainEncoder(shape.length());
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new PlainDecoder(shape.length());
    }
  }

  /** The upper 16 bits of each float, rounded to nearest, with error feedback. */
  record Bf16() implements CodecSpec {
    @Override
    public String name() {
      return "bf16";
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new Bf16Encoder(shape);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new Bf16Decoder(shape);
    }
  }

  /**
   * IEEE half precision, rounded to nearest, with error feedback. Each 1024 floats share a power of
   * two that brings their greatest magnitude to the top of the format's range, so that neither tiny
   * nor huge gradients are lost.
   */
  record Fp16() implements CodecSpec {
    @Override
    public String name() {
      return "fp16";
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new Fp16Encoder(shape);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new Fp16Decoder(shape);
    }
  }

  /**
   * QSGD (Alistarh et al., 2017) of 8 bits: each bucket in whole multiples of 1/127 of its greatest
   * magnitude, rounded at random so that the mean is right, with error feedback.
   *
   * @param bucket floats that share a unit
   */
  record Int8(int bucket) implements CodecSpec {
    public Int8 {
      CodecTable.check("int8", bucket);
      if (Integer.bitCount(bucket) != 1) {
        throw new IllegalArgumentException(
            "codec int8, parameter bucket: expected a power of two, found " + bucket);
      }
    }

    @Override
    public String name() {
      return "int8";
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new Int8Encoder(shape, bucket);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new Int8Decoder(shape, bucket);
    }
  }

  /**
   * Scaled signs (Seide et al., 2014; Karimireddy et al., 2019) with error feedback: each 1024
   * floats become their signs and the mean of their magnitudes. Exact zeros stay zeros.
   */
  record Onebit() implements CodecSpec {
    @Override
    public String name() {
      return "onebit";
    }

    @Override
    public boolean plainVectors() {
      return true;
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new OnebitEncoder(shape);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new OnebitDecoder(shape);
    }
  }

  /**
   * Strom (2015), with error feedback: of a float that is not below tau in magnitude, tau is sent
   * with its sign; of others nothing. Tau is adapted to hold the share of those sent within bounds.
   *
   * @param tau its first value; 0 to take it from the first gradients
   * @param minDensity tau shrinks while a smaller share is sent
   * @param maxDensity tau grows while a greater share is sent
   */
  record Threshold(double tau, double minDensity, double maxDensity) implements CodecSpec {
    public Threshold {
      CodecTable.check("threshold", tau, minDensity, maxDensity);
      if (minDensity > maxDensity) {
        throw new IllegalArgumentException(
            "codec threshold: minDensity " + minDensity + " is above maxDensity " + maxDensity);
      }
    }

    /** How tau goes on. */
    AdaptiveTau adaptiveTau() {
      return new AdaptiveTau(tau, minDensity, maxDensity);
    }

    @Override
    public String name() {
      return "threshold";
    }

    @Override
    public boolean plainVectors() {
      return true;
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new ThresholdEncoder(shape, adaptiveTau());
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new ThresholdDecoder(shape);
    }
  }

  /**
   * Deep gradient compression (Lin et al., 2018): the floats of greatest magnitude, as they are, at
   * their indices. With momentum correction, u = m u + g and v = v + u; v is sent where it is
   * great, and u and v are zeroed there.
   *
   * @param density the share of floats that is sent
   * @param momentum m; the server's updater should then have none of its own
   * @param clipNorm a block's gradient of a greater norm is scaled down to it; 0 for no clipping
   * @param warmupSteps in the first quarter of these steps a share of 1/4 is sent, then 1/16, 1/64,
   *     1/256
   */
  record Topk(double density, double momentum, double clipNorm, int warmupSteps)
      implements CodecSpec {
    public Topk {
      CodecTable.check("topk", density, momentum, clipNorm, warmupSteps);
    }

    @Override
    public String name() {
      return "topk";
    }

    @Override
    public boolean plainVectors() {
      return true;
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new TopkEncoder(shape, this);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new TopkDecoder(shape);
    }
  }

  /**
   * Homomorphic compression after THC (Li et al., 2024): a Hadamard rotation, a scale that all
   * contributors share ({@link BlockEncoder#sharedScale}), and stochastic rounding to whole numbers
   * of few bits, with error feedback. Decoded contributions are whole numbers, so their sum does
   * not depend on the order; {@link BlockDecoder#finish} turns the sum into gradients.
   *
   * @param bits of each number: 2, 4 or 8
   */
  record Thc(int bits) implements CodecSpec {
    public Thc {
      CodecTable.check("thc", bits);
      if (Integer.bitCount(bits) != 1) {
        throw new IllegalArgumentException(
            "codec thc, parameter bits: expected 2, 4 or 8, found " + bits);
      }
    }

    @Override
    public String name() {
      return "thc";
    }

    @Override
    public boolean plainVectors() {
      return true;
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new ThcEncoder(shape, bits);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new ThcDecoder(shape, bits);
    }
  }

  /**
   * After PowerSGD (Vogels et al., 2019), each worker for itself: every matrix becomes the product
   * of two thin ones by one step of subspace iteration that starts from the last one's result, with
   * error feedback. Floats outside of matrices, and matrices that would not shrink to half, travel
   * plain.
   *
   * @param rank columns of the thin matrices
   */
  record PowerSgd(int rank) implements CodecSpec {
    public PowerSgd {
      CodecTable.check("powersgd", rank);
    }

    @Override
    public String name() {
      return "powersgd";
    }

    @Override
    public boolean plainVectors() {
      return true;
    }

    @Override
    public BlockEncoder encoder(BlockShape shape) {
      return new PowerSgdEncoder(LowRank.shape(shape, rank), rank);
    }

    @Override
    public BlockDecoder decoder(BlockShape shape) {
      return new PowerSgdDecoder(LowRank.shape(shape, rank), rank);
    }
  }
}
