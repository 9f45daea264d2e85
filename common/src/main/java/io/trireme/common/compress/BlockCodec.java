package io.trireme.common.compress;

import io.trireme.common.codec.BlockDecoder;
import io.trireme.common.codec.BlockEncoder;
import io.trireme.common.codec.BlockShape;
import io.trireme.common.codec.CodecSpec;
import io.trireme.common.wire.sbe.Codec;
import java.util.List;
import java.util.Locale;

/**
 * How one block travels: all of it by one codec, or consecutive parts by codecs of their own.
 *
 * @param length number of floats of the block
 * @param parts in ascending order, covering the block
 */
public record BlockCodec(int length, List<Part> parts) {

  /**
   * Consecutive floats of one codec.
   *
   * @param from first float, counted from the block's start
   * @param shape of these floats
   */
  public record Part(int from, CodecSpec codec, BlockShape shape) {}

  public BlockCodec {
    parts = List.copyOf(parts);
    int at = 0;
    for (Part part : parts) {
      if (part.from() != at) {
        throw new IllegalArgumentException("part begins at " + part.from() + ", expected " + at);
      }
      at += part.shape().length();
    }
    if (at != length || parts.isEmpty()) {
      throw new IllegalArgumentException("parts end at " + at + ", the block at " + length);
    }
  }

  /** Floats as they are. */
  static BlockCodec plain(int length) {
    return new BlockCodec(
        length, List.of(new Part(0, CodecSpec.of("none"), BlockShape.vector(length))));
  }

  /** Whether the block's floats travel as they are. */
  public boolean isPlain() {
    return parts.size() == 1 && parts.get(0).codec() instanceof CodecSpec.None;
  }

  /** How messages name it. */
  public Codec wire() {
    return parts.size() > 1
        ? Codec.MIXED
        : Codec.valueOf(parts.get(0).codec().name().toUpperCase(Locale.ROOT));
  }

  /** A new encoder with an empty residual. */
  public BlockEncoder encoder() {
    return parts.size() > 1
        ? new MixedEncoder(this)
        : parts.get(0).codec().encoder(parts.get(0).shape());
  }

  /** A new decoder. */
  public BlockDecoder decoder() {
    return parts.size() > 1
        ? new MixedDecoder(this)
        : parts.get(0).codec().decoder(parts.get(0).shape());
  }
}
