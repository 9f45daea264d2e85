package io.trireme.worker.protocol;

import io.trireme.common.codec.BlockDecoder;
import io.trireme.common.compress.BlockCodec;
import io.trireme.common.compress.CompressionPlan;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gathers encoded changes of parameters, and adds each to the parameters when it is whole. Needs
 * memory only where changes are encoded.
 */
final class ParameterChanges implements AutoCloseable {

  private final BlockPlan plan;
  private final CompressionPlan compression;
  private final MutableDirectBuffer parameters;
  private final BlockDecoder[] decoders;
  private final int[] offsets;
  private final ByteBuffer memory;
  private final UnsafeBuffer encoded;
  private final ByteBuffer floatMemory;
  private final UnsafeBuffer floats;

  /** Of these parameters, a whole vector. */
  ParameterChanges(BlockPlan plan, CompressionPlan compression, MutableDirectBuffer parameters) {
    this.plan = plan;
    this.compression = compression;
    this.parameters = parameters;
    int blocks = plan.blocks().size();
    decoders = new BlockDecoder[blocks];
    offsets = new int[blocks];
    int bytes = 0;
    int longest = 0;
    for (int i = 0; i < blocks; i++) {
      BlockCodec codec = compression.back(i);
      decoders[i] = codec.decoder();
      offsets[i] = bytes;
      if (!codec.isPlain()) {
        bytes += compression.maxBackBytes(i);
        longest = Math.max(longest, plan.blocks().get(i).lengthBytes());
      }
    }
    memory = ByteBuffer.allocateDirect(bytes);
    encoded = new UnsafeBuffer(memory);
    floatMemory = ByteBuffer.allocateDirect(longest);
    floats = new UnsafeBuffer(floatMemory);
  }

  /** Whether a block's changes are encoded so. */
  boolean knows(int block, int codec) {
    BlockCodec known = compression.back(block);
    return !known.isPlain() && known.wire().value() == codec;
  }

  /** Whether an encoding of a block may have this length. */
  boolean fits(int block, int lengthBytes) {
    return lengthBytes > 0 && lengthBytes <= compression.maxBackBytes(block);
  }

  /** Keeps some bytes of a block's encoding. */
  void keep(int block, int at, DirectBuffer from, int offset, int lengthBytes) {
    encoded.putBytes(offsets[block] + at, from, offset, lengthBytes);
  }

  /** Adds a change that is whole to the parameters; false if it is none, and nothing is done. */
  boolean apply(int index, int lengthBytes) {
    Block block = plan.blocks().get(index);
    BlockDecoder decoder = decoders[index];
    if (!decoder.decode(encoded, offsets[index], lengthBytes, floats, 0)) {
      return false;
    }
    decoder.finish(floats, 0);
    int from = Math.toIntExact(block.offset() * Float.BYTES);
    for (int at = 0; at < block.lengthBytes(); at += Float.BYTES) {
      parameters.putFloat(from + at, parameters.getFloat(from + at) + floats.getFloat(at));
    }
    return true;
  }

  @Override
  public void close() {
    BufferUtil.free(memory);
    BufferUtil.free(floatMemory);
  }
}
