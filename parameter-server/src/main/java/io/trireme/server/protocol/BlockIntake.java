package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import org.agrona.MutableDirectBuffer;

/** What contributions to one block may look like, and how they become floats. */
final class BlockIntake {

  private final Block block;
  private final boolean voids;
  private CompressionSchedule compression;
  private BlockDecoder before;
  private BlockDecoder now;

  /**
   * The intake of a block.
   *
   * @param voids whether a contribution may be no number
   */
  BlockIntake(Block block, CompressionPlan compression, boolean voids) {
    this.block = block;
    this.compression = CompressionSchedule.always(compression);
    this.voids = voids;
    this.before = compression.way(block.index()).decoder();
    this.now = before;
  }

  /** Contributions travel otherwise from now on; those that are counted are floats already. */
  void enter(CompressionSchedule schedule) {
    compression = schedule;
    BlockCodec first = schedule.before().way(block.index());
    BlockCodec second = schedule.now().way(block.index());
    before = first.decoder();
    now = second.equals(first) ? before : second.decoder();
  }

  private BlockDecoder decoder(long step) {
    return compression.at(step) == compression.now() ? now : before;
  }

  /**
   * Whether this is how a step's contributions may travel: by the step's codec, or plain where that
   * adds up, as those of a worker that leaves do.
   */
  boolean knows(int wire, long step) {
    if (wire == Codec.VOID.value()) {
      return voids;
    }
    if (wire == Codec.NONE.value()) {
      return compression.at(step).addsPlain(block.index(), step);
    }
    Codec expected = encodes(step) ? compression.at(step).way(block.index()).wire() : Codec.NONE;
    return wire == expected.value();
  }

  private boolean encodes(long step) {
    return compression.at(step).encodes(block.index(), step);
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

  /** How the change of the block's parameters by a step travels, once it is not plain. */
  Codec changeCodec(long step) {
    return compression.at(step).back(block.index()).wire();
  }

  /** Decodes a contribution that is whole; false if its bytes are no encoding of the block. */
  boolean decode(Contribution whole, long step) {
    return whole.isPlain()
        || whole.isVoid()
        || decoder(step).decode(whole.encoded(), 0, whole.totalBytes, whole.floats, 0);
  }

  /** Forgets the contributions so far. */
  void reset() {
    before.reset();
    now.reset();
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
    BlockDecoder decoder = decoder(step);
    decoder.finish(sum, offsetBytes);
    return decoder.nextScale();
  }
}
