package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.ThresholdKernel;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The reverse of {@link ThresholdEncoder}. Adding touches only the floats that were sent. */
final class ThresholdDecoder extends FeedbackDecoder {

  private static final int CHUNK = ThresholdEncoder.CHUNK;
  private static final int MAP = ThresholdEncoder.MAP;

  private final ThresholdKernel kernel = ThresholdKernel.create();

  ThresholdDecoder(BlockShape shape) {
    super(shape);
  }

  @Override
  boolean valid(DirectBuffer in, int at, int lengthBytes) {
    if (lengthBytes < 4) {
      return false;
    }
    float tau = in.getFloat(at, LITTLE_ENDIAN);
    if (tau != 0 && !TileDecoder.isScale(tau)) {
      return false;
    }
    int available = lengthBytes - 4;
    int next = at + 4;
    for (int from = 0; from < coded.length(); from += CHUNK) {
      int n = Math.min(CHUNK, coded.length() - from);
      if (available < 4) {
        return false;
      }
      int header = in.getInt(next, LITTLE_ENDIAN);
      int count = header & ~MAP;
      int bytes = header < 0 ? ThresholdEncoder.mapBytes(n) : 2 * count;
      if (count > n || bytes > available - 4) {
        return false;
      }
      if (header >= 0 && !validIndices(in, next + 4, count, n)) {
        return false;
      }
      available -= 4 + bytes;
      next += 4 + bytes;
    }
    return available == 0;
  }

  private static boolean validIndices(DirectBuffer in, int at, int count, int n) {
    if (n == CHUNK) {
      return true;
    }
    for (int i = 0; i < count; i++) {
      if ((in.getShort(at + 2 * i, LITTLE_ENDIAN) & 0xffff) >> 1 >= n) {
        return false;
      }
    }
    return true;
  }

  @Override
  void decodeCoded(
      DirectBuffer in, int at, int lengthBytes, MutableDirectBuffer out, int offset, boolean add) {
    float tau = in.getFloat(at, LITTLE_ENDIAN);
    at += 4;
    for (int from = 0; from < coded.length(); from += CHUNK) {
      int n = Math.min(CHUNK, coded.length() - from);
      int header = in.getInt(at, LITTLE_ENDIAN);
      int count = header & ~MAP;
      at += 4;
      if (header < 0) {
        at = decodeMap(in, at, from, n, tau, out, offset, add);
      } else {
        decodeIndices(in, at, count, from, n, tau, out, offset, add);
        at += 2 * count;
      }
    }
  }

  private int decodeMap(
      DirectBuffer in,
      int at,
      int start,
      int length,
      float tau,
      MutableDirectBuffer out,
      int offset,
      boolean add) {
    for (int from = 0; from < length; from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, length - from);
      int padded = Tiles.padded(n, 16);
      Memory.load(in, at, words, padded / 16);
      kernel.decode(words, tile, padded, tau);
      at += padded / 4;
      if (add) {
        addTile(coded, start + from, n, out, offset);
      } else {
        coded.store(tile, out, offset, start + from, n);
      }
    }
    return at;
  }

  private void decodeIndices(
      DirectBuffer in,
      int at,
      int count,
      int start,
      int length,
      float tau,
      MutableDirectBuffer out,
      int offset,
      boolean add) {
    if (!add) {
      coded.zero(out, offset, start, length);
    }
    for (int i = 0; i < count; i++) {
      int entry = in.getShort(at + 2 * i, LITTLE_ENDIAN) & 0xffff;
      int index = offset + 4 * coded.index(start + (entry >> 1));
      float value = (entry & 1) == 0 ? tau : -tau;
      out.putFloat(index, add ? out.getFloat(index, LITTLE_ENDIAN) + value : value, LITTLE_ENDIAN);
    }
  }
}
