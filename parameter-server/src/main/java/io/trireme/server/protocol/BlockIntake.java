package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import org.agrona.MutableDirectBuffer;

/** What contributions to one block may look like, and how they become floats. */
final class BlockIntake {

  private final Block block;
  private final boolean voids;
  private Codecs codecs;

  /** The decoders of one schedule: until its change, and from then on. */
  private record Codecs(CompressionSchedule schedule, BlockDecoder before, BlockDecoder now) {

    static Codecs of(CompressionSchedule schedule, int block) {
      BlockCodec first = schedule.before().gradientCodec(block);
      BlockCodec second = schedule.now().gradientCodec(block);
      BlockDecoder before = first.decoder();
      return new Codecs(schedule, before, second.equals(first) ? before : second.decoder());
    }

    BlockDecoder at(long step) {
      return schedule.at(step) == schedule.now() ? now : before;
    }
  }

  /**
   * The intake of a block.
   *
   * @param voids whether a contribution may be no number
   */
  BlockIntake(Block block, CompressionPlan compression, boolean voids) {
    this.block = block;
    this.voids = voids;
    this.codecs = Codecs.of(CompressionSchedule.always(compression), block.index());
  }

  /** Contributions travel otherwise from now on; those that are counted are floats already. */
  void enter(CompressionSchedule schedule) {
    codecs = Codecs.of(schedule, block.index());
  }

  private CompressionPlan plan(long step) {
    return codecs.schedule().at(step);
  }

  /**
   * Whether this is how a step's contributions may travel: by the step's codec, or plain where that
   * adds up, as those of a worker that leaves do; or as the mark that it is counted.
   */
  boolean knows(int wire, long step) {
    if (wire == Codec.COUNTED.value()) {
      return true;
    }
    if (wire == Codec.VOID.value()) {
      return voids;
    }
    if (wire == Codec.NONE.value()) {
      return plan(step).addsPlain(block.index(), step);
    }
    Codec expected = encodes(step) ? plan(step).gradientCodec(block.index()).wire() : Codec.NONE;
    return wire == expected.value();
  }

  private boolean encodes(long step) {
    return plan(step).encodes(block.index(), step);
  }

  /** Whether a message tells a possible length of its contribution, and lies within it. */
  boolean fits(ContributionDecoder message, int payloadBytes) {
    int offset = message.frameOffset();
    return offset >= 0
        && isLength(message.codecRaw(), message.blockBytes())
        && offset + (long) payloadBytes <= message.blockBytes();
  }

  private boolean isLength(int wire, int bytes) {
    if (wire == Codec.VOID.value()) {
      return bytes == Integer.BYTES;
    }
    return wire == Codec.NONE.value()
        ? bytes == block.lengthBytes()
        : bytes > 0 && bytes <= codecs.schedule().maxGradientBytes(block.index());
  }

  /** How the delta of the block's parameters by a step travels, once it is not plain. */
  Codec deltaCodec(long step) {
    return plan(step).changeCodec(block.index()).wire();
  }

  /** Decodes a contribution that is whole; false if its bytes are no encoding of the block. */
  boolean decode(Contribution whole, long step) {
    return !whole.isEncoded()
        || codecs.at(step).decode(whole.received(), 0, whole.totalBytes(), whole.floats(), 0);
  }

  /** Forgets the contributions so far. */
  void reset() {
    codecs.before().reset();
    codecs.now().reset();
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
    BlockDecoder decoder = codecs.at(step);
    decoder.finish(sum, offsetBytes);
    return decoder.nextScale();
  }
}
