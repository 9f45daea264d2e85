package io.trireme.kernels.compression;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.common.slots.Seeds;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.codec.Finite;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Encodes each part of a block by its own codec; before each encoding stands its length. */
final class MixedEncoder implements BlockEncoder {

  private final BlockCodec block;
  private final BlockEncoder[] encoders;
  private int encodedBytes;

  MixedEncoder(BlockCodec block) {
    this.block = block;
    this.encoders =
        block.parts().stream()
            .map(part -> part.codec().encoder(part.shape()))
            .toArray(BlockEncoder[]::new);
  }

  @Override
  public int maxEncodedBytes() {
    int sum = 0;
    for (BlockEncoder encoder : encoders) {
      sum += Integer.BYTES + encoder.maxEncodedBytes();
    }
    return sum;
  }

  @Override
  public int encode(
      long step,
      long seed,
      DirectBuffer floats,
      int offsetBytes,
      MutableDirectBuffer out,
      int outOffset) {
    out.boundsCheck(outOffset, maxEncodedBytes());
    int bad = Finite.firstNonFinite(floats, offsetBytes, block.length());
    if (bad >= 0) {
      return -1 - bad;
    }
    int at = outOffset;
    for (int i = 0; i < encoders.length; i++) {
      int from = offsetBytes + block.parts().get(i).from() * Float.BYTES;
      int length =
          encoders[i].encode(step, Seeds.mix(seed, i), floats, from, out, at + Integer.BYTES);
      out.putInt(at, length, LITTLE_ENDIAN);
      at += Integer.BYTES + length;
    }
    encodedBytes = at - outOffset;
    return encodedBytes;
  }

  @Override
  public List<MutableDirectBuffer> state() {
    List<MutableDirectBuffer> state = new ArrayList<>();
    for (BlockEncoder encoder : encoders) {
      state.addAll(encoder.state());
    }
    return state;
  }

  /** Adds what the parts have not sent to the block's floats. */
  void addResidual(MutableDirectBuffer floats) {
    for (int i = 0; i < encoders.length; i++) {
      BlockCodec.Part part = block.parts().get(i);
      BlockCodec.add(encoders[i], floats, part.from(), part.shape().length());
    }
  }

  /** Lets the parts forget what they have not sent. */
  void clearResidual() {
    for (BlockEncoder encoder : encoders) {
      BlockCodec.clear(encoder);
    }
  }

  /** Parts that travel plain have no residual, neither here nor in an encoder of the same parts. */
  @Override
  public boolean absorb(DirectBuffer residual, int offsetBytes) {
    boolean any = false;
    for (int i = 0; i < encoders.length; i++) {
      int from = offsetBytes + block.parts().get(i).from() * Float.BYTES;
      any |= encoders[i].absorb(residual, from);
    }
    return any;
  }

  @Override
  public void sharedScale(float scale) {
    for (BlockEncoder encoder : encoders) {
      encoder.sharedScale(scale);
    }
  }

  @Override
  public int encodedBytes() {
    return encodedBytes;
  }

  @Override
  public int sentFloats() {
    int sum = 0;
    for (BlockEncoder encoder : encoders) {
      sum += encoder.sentFloats();
    }
    return sum;
  }

  @Override
  public double residualNormSquared() {
    double sum = 0;
    for (BlockEncoder encoder : encoders) {
      sum += encoder.residualNormSquared();
    }
    return sum;
  }

  @Override
  public void close() {
    CloseHelper.closeAll(encoders);
  }
}
