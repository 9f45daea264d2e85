package io.trireme.kernels.compression;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.BlockDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The reverse of {@link MixedEncoder}. */
final class MixedDecoder implements BlockDecoder {

  private final BlockCodec block;
  private final BlockDecoder[] decoders;

  /** The whole block, so that nothing is written if the last part is refused. */
  private final UnsafeBuffer floats;

  MixedDecoder(BlockCodec block) {
    this.block = block;
    this.floats = new UnsafeBuffer(new byte[block.length() * Float.BYTES]);
    this.decoders =
        block.parts().stream()
            .map(part -> part.codec().decoder(part.shape()))
            .toArray(BlockDecoder[]::new);
  }

  private boolean decode(DirectBuffer in, int offset, int lengthBytes) {
    in.boundsCheck(offset, lengthBytes);
    int at = offset;
    int end = offset + lengthBytes;
    for (int i = 0; i < decoders.length; i++) {
      if (end - at < Integer.BYTES) {
        return false;
      }
      int length = in.getInt(at, LITTLE_ENDIAN);
      at += Integer.BYTES;
      int to = block.parts().get(i).from() * Float.BYTES;
      if (length < 0 || length > end - at || !decoders[i].decode(in, at, length, floats, to)) {
        return false;
      }
      at += length;
    }
    return at == end;
  }

  @Override
  public boolean decode(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer out, int outOffsetBytes) {
    out.boundsCheck(outOffsetBytes, floats.capacity());
    if (!decode(in, offset, lengthBytes)) {
      return false;
    }
    out.putBytes(outOffsetBytes, floats, 0, floats.capacity());
    return true;
  }

  @Override
  public boolean decodeAndAdd(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer sum, int offsetBytes) {
    sum.boundsCheck(offsetBytes, floats.capacity());
    if (!decode(in, offset, lengthBytes)) {
      return false;
    }
    for (int at = 0; at < floats.capacity(); at += Float.BYTES) {
      sum.putFloat(offsetBytes + at, sum.getFloat(offsetBytes + at) + floats.getFloat(at));
    }
    return true;
  }

  @Override
  public void finish(MutableDirectBuffer sum, int offsetBytes) {
    for (int i = 0; i < decoders.length; i++) {
      decoders[i].finish(sum, offsetBytes + block.parts().get(i).from() * Float.BYTES);
    }
  }

  @Override
  public void reset() {
    for (BlockDecoder decoder : decoders) {
      decoder.reset();
    }
  }

  @Override
  public float nextScale() {
    float scale = 0;
    for (BlockDecoder decoder : decoders) {
      scale = Math.max(scale, decoder.nextScale());
    }
    return scale;
  }
}
