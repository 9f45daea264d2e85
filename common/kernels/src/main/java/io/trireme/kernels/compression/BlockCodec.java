package io.trireme.kernels.compression;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.common.wire.sbe.Codec;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.codec.BlockShape;
import io.trireme.kernels.codec.CodecSpec;
import java.util.List;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

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
  public static BlockCodec plain(int length) {
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

  /**
   * Adds what an encoder of this codec has not sent to the block's floats.
   *
   * @param encoder one that {@link #encoder} made
   * @param floats off heap, little-endian, the block from its start
   */
  public void addResidual(BlockEncoder encoder, MutableDirectBuffer floats) {
    if (encoder instanceof MixedEncoder mixed) {
      mixed.addResidual(floats);
    } else {
      add(encoder, floats, 0, length);
    }
  }

  /**
   * Adds what an encoder of this codec has not sent to the block's floats, and lets it forget that.
   *
   * @param encoder one that {@link #encoder} made
   * @param floats off heap, little-endian, the block from its start
   */
  public void takeResidual(BlockEncoder encoder, MutableDirectBuffer floats) {
    addResidual(encoder, floats);
    if (encoder instanceof MixedEncoder mixed) {
      mixed.clearResidual();
    } else {
      clear(encoder);
    }
  }

  static void clear(BlockEncoder encoder) {
    if (!encoder.state().isEmpty()) {
      MutableDirectBuffer residual = encoder.state().get(0);
      residual.setMemory(0, residual.capacity(), (byte) 0);
    }
  }

  /**
   * Whether what is decoded of a block are gradients, so that plain floats can be added to them;
   * {@code thc} adds whole numbers up, of which gradients are made at the end.
   */
  public boolean decodesToGradients() {
    return parts.stream().noneMatch(part -> part.codec() instanceof CodecSpec.Thc);
  }

  static void add(BlockEncoder encoder, MutableDirectBuffer floats, int from, int count) {
    if (encoder.state().isEmpty()) {
      return;
    }
    DirectBuffer residual = encoder.state().get(0);
    for (int i = 0; i < count; i++) {
      int at = (from + i) * Float.BYTES;
      float sum =
          floats.getFloat(at, LITTLE_ENDIAN) + residual.getFloat(i * Float.BYTES, LITTLE_ENDIAN);
      floats.putFloat(
          at, Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, sum)), LITTLE_ENDIAN);
    }
  }

  /** A new decoder. */
  public BlockDecoder decoder() {
    return parts.size() > 1
        ? new MixedDecoder(this)
        : parts.get(0).codec().decoder(parts.get(0).shape());
  }
}
