package io.trireme.server.protocol;

import io.trireme.common.codec.BlockDecoder;
import io.trireme.common.compress.BlockCodec;
import io.trireme.common.compress.CompressionPlan;
import io.trireme.common.layout.Block;
import io.trireme.common.wire.sbe.Codec;
import org.agrona.MutableDirectBuffer;

/** What contributions to one block may look like, and how they become floats. */
final class BlockIntake {

  private final Block block;
  private final CompressionPlan compression;
  private final boolean voids;
  private final BlockCodec codec;
  private final BlockDecoder decoder;

  /**
   * The intake of a block.
   *
   * @param voids whether a contribution may be no number
   */
  BlockIntake(Block block, CompressionPlan compression, boolean voids) {
    this.block = block;
    this.compression = compression;
    this.voids = voids;
    this.codec = compression.way(block.index());
    this.decoder = codec.decoder();
  }

  /** Whether this is how a step's contributions travel. */
  boolean knows(int wire, long step) {
    if (wire == Codec.VOID.value()) {
      return voids;
    }
    return wire == (encodes(step) ? codec.wire() : Codec.NONE).value();
  }

  private boolean encodes(long step) {
    return compression.encodes(block.index(), step);
  }

  /** Whether a contribution that travels so may have this length. */
  boolean fits(int wire, int lengthBytes) {
    if (wire == Codec.VOID.value()) {
      return lengthBytes == Integer.BYTES;
    }
    return wire == Codec.NONE.value()
        ? lengthBytes == block.lengthBytes()
        : lengthBytes > 0 && lengthBytes <= compression.maxWayBytes(block.index());
  }

  /** How the change of the block's parameters travels, once it is not plain. */
  Codec changeCodec() {
    return compression.back(block.index()).wire();
  }

  /** Decodes a contribution that is whole; false if its bytes are no encoding of the block. */
  boolean decode(Contribution whole) {
    return whole.isPlain()
        || whole.isVoid()
        || decoder.decode(whole.encoded(), 0, whole.totalBytes, whole.floats, 0);
  }

  /** Forgets the contributions so far. */
  void reset() {
    decoder.reset();
  }

  /**
   * Turns the sum of all contributions to a step into a gradient.
   *
   * @return the scale that contributors are to share in the next step; 0 if there is none
   */
  float finish(long step, MutableDirectBuffer sum, int offsetBytes) {
    if (!encodes(step)) {
      return 0;
    }
    decoder.finish(sum, offsetBytes);
    return decoder.nextScale();
  }
}
