package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The floats as they are. */
final class PlainEncoder implements BlockEncoder {

  private final int length;

  PlainEncoder(int length) {
    this.length = length;
  }

  @Override
  public int maxEncodedBytes() {
    return length * Float.BYTES;
  }

  @Override
  public int encode(
      long step,
      long seed,
      DirectBuffer floats,
      int offsetBytes,
      MutableDirectBuffer out,
      int outOffset) {
    floats.boundsCheck(offsetBytes, encodedBytes());
    out.boundsCheck(outOffset, encodedBytes());
    int bad = Finite.firstNonFinite(floats, offsetBytes, length);
    if (bad >= 0) {
      return -1 - bad;
    }
    Memory.copy(floats, offsetBytes, out, outOffset, encodedBytes());
    return encodedBytes();
  }

  @Override
  public List<MutableDirectBuffer> state() {
    return List.of();
  }

  @Override
  public boolean absorb(DirectBuffer residual, int offsetBytes) {
    return false;
  }

  @Override
  public int encodedBytes() {
    return length * Float.BYTES;
  }

  @Override
  public int sentFloats() {
    return length;
  }

  @Override
  public double residualNormSquared() {
    return 0;
  }

  @Override
  public void close() {}
}
