package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.QuantizeKernel;
import io.trireme.kernels.codec.tile.RotationKernel;
import io.trireme.kernels.codec.tile.Tiles;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The reverse of {@link ThcEncoder}; contributions to one sum must share a unit, or have 0. */
final class ThcDecoder extends FeedbackDecoder {

  private final QuantizeKernel quantizer = QuantizeKernel.create();
  private final RotationKernel rotation = RotationKernel.create();
  private final int bits;
  private final int codedBytes;
  private float unit;
  private float wanted;
  private float nextScale;

  ThcDecoder(BlockShape shape, int bits) {
    super(shape);
    this.bits = bits;
    codedBytes = ThcEncoder.codedBytes(coded.length(), bits);
  }

  @Override
  boolean valid(DirectBuffer in, int at, int lengthBytes) {
    if (lengthBytes < ThcEncoder.HEADER) {
      return false;
    }
    float theirs = in.getFloat(at, LITTLE_ENDIAN);
    float wish = in.getFloat(at + 4, LITTLE_ENDIAN);
    if (wish != 0 && !TileDecoder.isScale(wish)) {
      return false;
    }
    if (theirs == 0) {
      return lengthBytes == ThcEncoder.HEADER;
    }
    return TileDecoder.isScale(theirs)
        && (unit == 0 || theirs == unit)
        && lengthBytes == ThcEncoder.HEADER + codedBytes;
  }

  @Override
  void decodeCoded(
      DirectBuffer in, int at, int lengthBytes, MutableDirectBuffer out, int offset, boolean add) {
    float theirs = in.getFloat(at, LITTLE_ENDIAN);
    unit = theirs == 0 ? unit : theirs;
    wanted = Math.max(wanted, in.getFloat(at + 4, LITTLE_ENDIAN));
    at += ThcEncoder.HEADER;
    int n;
    for (int from = 0; from < coded.length(); from += n) {
      n = ThcEncoder.tile(coded.length() - from);
      if (theirs == 0) {
        Arrays.fill(tile, 0, n, 0f);
      } else {
        int padded = Tiles.padded(n, 32 / bits);
        Memory.load(in, at, words, padded * bits / 32);
        at += padded * bits / 8;
        quantizer.decode(words, tile, padded, bits);
      }
      if (add) {
        addTile(coded, from, n, out, offset);
      } else {
        coded.store(tile, out, offset, from, n);
      }
    }
  }

  @Override
  public void finish(MutableDirectBuffer sum, int offsetBytes) {
    sum.boundsCheck(offsetBytes, 4 * length);
    int n;
    for (int from = 0; from < coded.length() && unit != 0; from += n) {
      n = ThcEncoder.tile(coded.length() - from);
      coded.load(sum, offsetBytes, from, tile, n);
      Tiles.scale(tile, n, unit);
      rotation.rotateBack(tile, n);
      coded.store(tile, sum, offsetBytes, from, n);
    }
    nextScale = wanted;
    reset();
  }

  @Override
  public void reset() {
    unit = 0;
    wanted = 0;
  }

  @Override
  public float nextScale() {
    return nextScale;
  }
}
