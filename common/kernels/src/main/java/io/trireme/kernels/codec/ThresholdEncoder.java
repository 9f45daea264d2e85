package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.BitPlanes;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.ThresholdKernel;
import io.trireme.kernels.codec.tile.Tiles;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends tau with its sign where |p| is not below it. An encoding is tau and then, for each chunk of
 * 32,768 floats, a count and as many indices of 16 bits (the sign in the lowest), or, if that is
 * smaller, the count with the uppermost bit set and the 2-bit codes of all floats.
 *
 * <p>Tau has 8 significant bits, so that what is sent plus the new residual equals p exactly where
 * |p| is not above 2^16 tau; elsewhere the residual is that difference rounded to a float.
 */
final class ThresholdEncoder extends FeedbackEncoder {

  /** Floats in a chunk. */
  static final int CHUNK = 32 * Tiles.SIZE;

  /** In a chunk's count: codes of all floats follow, not indices. */
  static final int MAP = 0x80000000;

  private final ThresholdKernel kernel = ThresholdKernel.create();
  private final AdaptiveTau tau;
  private final Sample sample;
  private final int[] codes = new int[CHUNK / 16];

  /** The next tau as a float; 0 before the first. */
  private final UnsafeBuffer scalars;

  ThresholdEncoder(BlockShape shape, AdaptiveTau tau) {
    super(shape, 4 + maxChunkBytes(codedFloats(shape)));
    this.tau = tau;
    sample = new Sample(coded.length());
    scalars = ownState(8);
  }

  static int maxChunkBytes(int floats) {
    return 4 * ((floats + CHUNK - 1) / CHUNK) + mapBytes(floats);
  }

  /** The length of the codes of a chunk of n floats, or of many whole chunks. */
  static int mapBytes(int n) {
    int tail = n % Tiles.SIZE;
    return (n - tail) / 4 + Tiles.padded(tail, 16) / 4;
  }

  @Override
  int encodeCoded(
      long step, long seed, DirectBuffer floats, int offset, MutableDirectBuffer out, int at) {
    float current = scalars.getFloat(0);
    if (current == 0) {
      current = first(floats, offset);
    }
    out.putFloat(at, current, LITTLE_ENDIAN);
    at += 4;
    int hits = 0;
    for (int from = 0; from < coded.length(); from += CHUNK) {
      int n = Math.min(CHUNK, coded.length() - from);
      int count = encodeChunk(floats, offset, from, n, current);
      at = writeChunk(n, count, out, at);
      hits += count;
    }
    sent += hits;
    scalars.putFloat(0, tau.next(current, hits, coded.length(), sumOfSquares() == 0));
    return at;
  }

  private int encodeChunk(DirectBuffer floats, int offset, int start, int length, float current) {
    int count = 0;
    for (int from = 0; from < length; from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, length - from);
      loadTile(floats, offset, start + from, n);
      if (current == 0) {
        System.arraycopy(p, 0, e, 0, n);
        Arrays.fill(codes, from / 16, from / 16 + Tiles.padded(n, 16) / 16, 0);
      } else {
        count += kernel.encode(p, e, codes, from / 16, Tiles.padded(n, 16), current);
      }
      storeResidual(start + from, n);
    }
    return count;
  }

  private int writeChunk(int length, int count, MutableDirectBuffer out, int at) {
    int bytes = mapBytes(length);
    if (2 * count > bytes) {
      out.putInt(at, count | MAP, LITTLE_ENDIAN);
      Memory.store(codes, out, at + 4, bytes / 4);
      return at + 4 + bytes;
    }
    out.putInt(at, count, LITTLE_ENDIAN);
    at += 4;
    for (int from = 0; from < length; from += Tiles.SIZE) {
      int n = Tiles.padded(Math.min(Tiles.SIZE, length - from), 16);
      for (int word = 0; word < n / 16; word++) {
        int code = codes[from / 16 + word];
        for (int left = code & 0x55555555; left != 0; left &= left - 1) {
          int bit = Integer.numberOfTrailingZeros(left);
          int index = from + BitPlanes.codeIndex(word, bit >> 1, n);
          out.putShort(at, (short) (index << 1 | (code >>> bit >>> 1 & 1)), LITTLE_ENDIAN);
          at += 2;
        }
      }
    }
    return at;
  }

  /** The first tau: as told, or such that a share between the bounds is sent; 0 if all is zero. */
  private float first(DirectBuffer floats, int offset) {
    if (tau.given()) {
      return tau.first(0);
    }
    sample.clear();
    for (int from = 0; from < coded.length(); from += sample.stride()) {
      int n = Math.min(Sample.LINE, coded.length() - from);
      loadTile(floats, offset, from, n);
      sample.add(p, n);
    }
    return tau.first(sample.threshold(tau.firstDensity()));
  }
}
