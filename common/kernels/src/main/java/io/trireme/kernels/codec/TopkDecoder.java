package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The reverse of {@link TopkEncoder}. Adding touches only the floats that were sent. */
final class TopkDecoder extends FeedbackDecoder {

  private static final int CHUNK = TopkEncoder.CHUNK;

  TopkDecoder(BlockShape shape) {
    super(shape);
  }

  @Override
  boolean valid(DirectBuffer in, int at, int lengthBytes) {
    int available = lengthBytes;
    int next = at;
    for (int from = 0; from < coded.length(); from += CHUNK) {
      int n = Math.min(CHUNK, coded.length() - from);
      if (available < 4) {
        return false;
      }
      int count = in.getInt(next, LITTLE_ENDIAN);
      if (count < 0 || count > n || 6 * count > available - 4) {
        return false;
      }
      if (!validIndices(in, next + 4, count, n)) {
        return false;
      }
      available -= 4 + 6 * count;
      next += 4 + 6 * count;
    }
    return available == 0;
  }

  private static boolean validIndices(DirectBuffer in, int at, int count, int n) {
    if (n == CHUNK) {
      return true;
    }
    for (int i = 0; i < count; i++) {
      if ((in.getShort(at + 2 * i, LITTLE_ENDIAN) & 0xffff) >= n) {
        return false;
      }
    }
    return true;
  }

  @Override
  void decodeCoded(
      DirectBuffer in, int at, int lengthBytes, MutableDirectBuffer out, int offset, boolean add) {
    for (int from = 0; from < coded.length(); from += CHUNK) {
      int n = Math.min(CHUNK, coded.length() - from);
      int count = in.getInt(at, LITTLE_ENDIAN);
      if (!add) {
        coded.zero(out, offset, from, n);
      }
      int values = at + 4 + 2 * count;
      for (int i = 0; i < count; i++) {
        int position = from + (in.getShort(at + 4 + 2 * i, LITTLE_ENDIAN) & 0xffff);
        int index = offset + 4 * coded.index(position);
        float value = in.getFloat(values + 4 * i, LITTLE_ENDIAN);
        out.putFloat(
            index, add ? out.getFloat(index, LITTLE_ENDIAN) + value : value, LITTLE_ENDIAN);
      }
      at += 4 + 6 * count;
    }
  }
}
