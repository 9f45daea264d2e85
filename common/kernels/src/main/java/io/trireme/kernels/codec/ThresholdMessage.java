package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes an encoding of {@code threshold} from indices, for encoders that find them on a device. A
 * decoder of {@code threshold} reads it. For one thread; allocates nothing per call.
 */
public final class ThresholdMessage {

  private static final int CHUNK = ThresholdEncoder.CHUNK;

  private final Runs plain;
  private final Runs coded;
  private final int maxBytes;
  private final int[] counts;
  private final int[] starts;
  private final int[] codes = new int[CHUNK / 16];

  /** For blocks of a shape. */
  public ThresholdMessage(BlockShape shape) {
    plain = new Runs(shape.plain());
    coded = new Runs(shape.coded());
    maxBytes = 4 * plain.length() + 4 + ThresholdEncoder.maxChunkBytes(coded.length());
    counts = new int[(coded.length() + CHUNK - 1) / CHUNK];
    starts = new int[counts.length];
  }

  /** The most bytes that a call of {@link #write} writes. */
  public int maxBytes() {
    return maxBytes;
  }

  /** Floats that are not plain. */
  public int codedFloats() {
    return coded.length();
  }

  /**
   * Writes one encoding.
   *
   * @param tau the threshold; 0 if there are no hits
   * @param floats the block's floats, of which the plain ones are copied
   * @param offsetBytes where they start
   * @param hits little-endian integers: 1 + i where tau is sent of float i of the block, -1 - i
   *     where -tau is; each float at most once
   * @param hitsOffset where they start
   * @param count how many there are
   * @return the number of bytes written
   * @throws IllegalArgumentException if a hit is no float of the block or a plain one
   */
  public int write(
      float tau,
      DirectBuffer floats,
      int offsetBytes,
      DirectBuffer hits,
      int hitsOffset,
      int count,
      MutableDirectBuffer out,
      int outOffset) {
    hits.boundsCheck(hitsOffset, 4 * count);
    out.boundsCheck(outOffset, maxBytes);
    int at = outOffset + plain.gather(floats, offsetBytes, out, outOffset);
    out.putFloat(at, tau, LITTLE_ENDIAN);
    at += 4;
    count(hits, hitsOffset, count);
    for (int chunk = 0; chunk < counts.length; chunk++) {
      int bytes = ThresholdEncoder.mapBytes(chunkLength(chunk));
      boolean map = 2 * counts[chunk] > bytes;
      out.putInt(at, counts[chunk] | (map ? ThresholdEncoder.MAP : 0), LITTLE_ENDIAN);
      starts[chunk] = map ? -1 : at + 4;
      if (map) {
        map(hits, hitsOffset, count, chunk);
        Memory.store(codes, out, at + 4, bytes / 4);
      }
      at += 4 + (map ? bytes : 2 * counts[chunk]);
    }
    indices(hits, hitsOffset, count, out);
    return at - outOffset;
  }

  private int chunkLength(int chunk) {
    return Math.min(CHUNK, coded.length() - chunk * CHUNK);
  }

  private int position(int hit) {
    int position = hit == 0 || hit == Integer.MIN_VALUE ? -1 : coded.position(Math.abs(hit) - 1);
    if (position < 0) {
      throw new IllegalArgumentException(
          "hit " + hit + ": expected 1 + i or -1 - i of a float i of the block that is not plain");
    }
    return position;
  }

  private void count(DirectBuffer hits, int offset, int count) {
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      counts[position(hits.getInt(offset + 4 * i, LITTLE_ENDIAN)) / CHUNK]++;
    }
  }

  private void indices(DirectBuffer hits, int offset, int count, MutableDirectBuffer out) {
    for (int i = 0; i < count; i++) {
      int hit = hits.getInt(offset + 4 * i, LITTLE_ENDIAN);
      int position = position(hit);
      int chunk = position / CHUNK;
      if (starts[chunk] >= 0) {
        short entry = (short) (position % CHUNK << 1 | hit >>> 31);
        out.putShort(starts[chunk], entry, LITTLE_ENDIAN);
        starts[chunk] += 2;
      }
    }
  }

  private void map(DirectBuffer hits, int offset, int count, int chunk) {
    Arrays.fill(codes, 0);
    int length = chunkLength(chunk);
    for (int i = 0; i < count; i++) {
      int hit = hits.getInt(offset + 4 * i, LITTLE_ENDIAN);
      int position = position(hit) - chunk * CHUNK;
      if (position >= 0 && position < CHUNK) {
        int from = position / Tiles.SIZE * Tiles.SIZE;
        int stride = Tiles.padded(Math.min(Tiles.SIZE, length - from), 16) / 16;
        int inTile = position - from;
        int code = Integer.reverse(inTile / stride) >>> 28;
        codes[from / 16 + inTile % stride] |= (1 | hit >>> 31 << 1) << 2 * code;
      }
    }
  }
}
