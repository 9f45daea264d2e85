package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.BitPlanes;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.ThresholdKernel;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends the floats of greatest magnitude as they are, in one pass: those that reach a threshold. An
 * encoding is, for each chunk of 65,536 floats, a count, as many indices of 16 bits, and as many
 * floats.
 *
 * <p>The threshold comes from a sample. Of a share that is too small for that, it is a multiple of
 * the threshold of a greater share, and the multiple is corrected by how many were sent. No more
 * than twice the wanted number is sent; what is left over stays in the residual. The residual is v:
 * what is sent plus the new one equals the old one plus u exactly.
 */
final class TopkEncoder extends FeedbackEncoder {

  /** Floats in a chunk. */
  static final int CHUNK = 64 * Tiles.SIZE;

  private static final double FIRST_WARMUP = 0.25;
  private static final int PHASES = 4;
  private static final int SPARE = 16;

  /** The least share whose threshold a sample gives well. */
  private static final double LEAST_SAMPLED = 1.0 / 64;

  /** By what power of the ratio of sent to wanted the threshold is corrected. */
  private static final double GAIN = 0.1;

  private final ThresholdKernel kernel = ThresholdKernel.create();
  private final CodecSpec.Topk spec;
  private final Sample sample;
  private final float[] u = new float[Tiles.SIZE];
  private final UnsafeBuffer velocity;

  /**
   * The threshold as a multiple of the one that a share of {@link #LEAST_SAMPLED} reaches, and the
   * share that it is meant for.
   */
  private final UnsafeBuffer scalars;

  private final float[] values;

  TopkEncoder(BlockShape shape, CodecSpec.Topk spec) {
    super(shape, maxBytes(spec, codedFloats(shape)));
    this.spec = spec;
    sample = new Sample(coded.length());
    velocity = spec.momentum() == 0 ? new UnsafeBuffer(new byte[0]) : ownState(4 * shape.length());
    scalars = ownState(16);
    values = new float[Math.min(CHUNK, limit(maxDensity(spec), coded.length()))];
  }

  private static int maxBytes(CodecSpec.Topk spec, int floats) {
    return 4 * ((floats + CHUNK - 1) / CHUNK) + 6 * limit(maxDensity(spec), floats);
  }

  private static double maxDensity(CodecSpec.Topk spec) {
    return spec.warmupSteps() > 0 ? Math.max(FIRST_WARMUP, spec.density()) : spec.density();
  }

  private static int limit(double density, int floats) {
    return (int) Math.min(floats, Math.ceil(2 * density * floats) + SPARE);
  }

  /** The share that is sent in a step. */
  private double density(long step) {
    if (step >= spec.warmupSteps()) {
      return spec.density();
    }
    long phase = PHASES * Math.max(0, step) / spec.warmupSteps();
    return Math.max(spec.density(), Math.pow(FIRST_WARMUP, 1.0 + phase));
  }

  @Override
  int encodeCoded(
      long step, long seed, DirectBuffer floats, int offset, MutableDirectBuffer out, int at) {
    double density = density(step);
    float scale = scale(floats, offset);
    float threshold = threshold(floats, offset, scale, density);
    int left = limit(density, coded.length());
    int hits = 0;
    for (int from = 0; from < coded.length(); from += CHUNK) {
      int n = Math.min(CHUNK, coded.length() - from);
      int count = encodeChunk(floats, offset, from, n, scale, threshold, left, out, at);
      left -= count;
      hits += count;
      at += 4 + 6 * count;
    }
    sent += hits;
    correct(density, hits);
    return at;
  }

  private float threshold(DirectBuffer floats, int offset, float scale, double density) {
    sample.clear();
    for (int from = 0; from < coded.length(); from += sample.stride()) {
      int n = Math.min(Sample.LINE, coded.length() - from);
      accumulate(floats, offset, from, n, scale);
      sample.add(e, n);
    }
    float reference = sample.threshold(Math.max(density, LEAST_SAMPLED));
    if (reference == 0) {
      return Math.max(Float.MIN_VALUE, sample.threshold(density));
    }
    if (scalars.getDouble(0) == 0 || scalars.getDouble(8) != density) {
      scalars.putDouble(0, sample.threshold(density) / (double) reference);
      scalars.putDouble(8, density);
    }
    double threshold = scalars.getDouble(0) * reference;
    return (float) Math.min(Float.MAX_VALUE, Math.max(Float.MIN_VALUE, threshold));
  }

  private void correct(double density, int hits) {
    if (density < LEAST_SAMPLED) {
      double ratio = Math.max(1, hits) / Math.max(1, density * coded.length());
      scalars.putDouble(0, scalars.getDouble(0) * Math.pow(ratio, GAIN));
    }
  }

  private int encodeChunk(
      DirectBuffer floats,
      int offset,
      int start,
      int length,
      float scale,
      float threshold,
      int left,
      MutableDirectBuffer out,
      int at) {
    int count = 0;
    for (int from = 0; from < length; from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, length - from);
      accumulate(floats, offset, start + from, n, scale);
      Tiles.pad(e, n);
      int padded = Tiles.padded(n, 32);
      kernel.select(e, words, padded, threshold);
      for (int word = 0; word < padded / 32; word++) {
        for (int bits = words[word]; bits != 0 && count < left; bits &= bits - 1) {
          int index = BitPlanes.bitIndex(word, Integer.numberOfTrailingZeros(bits), padded);
          out.putShort(at + 4 + 2 * count, (short) (from + index), LITTLE_ENDIAN);
          values[count++] = e[index];
          e[index] = 0;
          u[index] = 0;
        }
      }
      storeResidual(start + from, n);
      if (spec.momentum() != 0) {
        coded.store(u, velocity, 0, start + from, n);
      }
    }
    out.putInt(at, count, LITTLE_ENDIAN);
    Memory.store(values, 0, out, at + 4 + 2 * count, count);
    return count;
  }

  /** The new v of a tile in {@link #e}, the new u in {@link #u}. */
  private void accumulate(DirectBuffer floats, int offset, int from, int n, float scale) {
    coded.load(residual, 0, from, e, n);
    if (spec.momentum() == 0 && scale == 1) {
      coded.load(floats, offset, from, p, n);
      arithmetic.addSaturated(e, p, n);
      return;
    }
    coded.load(floats, offset, from, p, n);
    if (spec.momentum() != 0) {
      coded.load(velocity, 0, from, u, n);
    }
    Tiles.addMomentum(p, u, n, (float) spec.momentum(), scale);
    arithmetic.addSaturated(e, u, n);
  }

  /** What local clipping multiplies the gradient by. */
  private float scale(DirectBuffer floats, int offset) {
    if (spec.clipNorm() == 0) {
      return 1;
    }
    for (int from = 0; from < coded.length(); from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, coded.length() - from);
      coded.load(floats, offset, from, p, n);
      addSquares(p, n);
    }
    double norm = Math.sqrt(sumOfSquares());
    clearSquares();
    return norm > spec.clipNorm() ? (float) (spec.clipNorm() / norm) : 1;
  }
}
