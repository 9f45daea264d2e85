package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
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
  private CompressionSchedule compression;
  private final MutableDirectBuffer parameters;
  private final BlockDecoder[] before;
  private final BlockDecoder[] now;
  private final int[] offsets;
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);
  private final UnsafeBuffer encoded = new UnsafeBuffer(memory);
  private ByteBuffer floatMemory = ByteBuffer.allocateDirect(0);
  private final UnsafeBuffer floats = new UnsafeBuffer(floatMemory);

  /** Of these parameters, a whole vector. */
  ParameterChanges(BlockPlan plan, CompressionPlan compression, MutableDirectBuffer parameters) {
    this.plan = plan;
    this.compression = CompressionSchedule.always(compression);
    this.parameters = parameters;
    int blocks = plan.blocks().size();
    before = new BlockDecoder[blocks];
    now = new BlockDecoder[blocks];
    offsets = new int[blocks];
    enter(this.compression);
  }

  /** Changes travel so from now on; those that have arrived in part are forgotten. */
  void enter(CompressionSchedule schedule) {
    compression = schedule;
    int blocks = offsets.length;
    int bytes = 0;
    int longest = 0;
    for (int i = 0; i < blocks; i++) {
      BlockCodec first = schedule.before().changeCodec(i);
      BlockCodec second = schedule.now().changeCodec(i);
      before[i] = first.decoder();
      now[i] = second.equals(first) ? before[i] : second.decoder();
      offsets[i] = bytes;
      if (!first.isPlain() || !second.isPlain()) {
        bytes += schedule.maxChangeBytes(i);
        longest = Math.max(longest, plan.blocks().get(i).lengthBytes());
      }
    }
    close();
    memory = ByteBuffer.allocateDirect(bytes);
    encoded.wrap(memory);
    floatMemory = ByteBuffer.allocateDirect(longest);
    floats.wrap(floatMemory);
  }

  /** Whether the change of a block by a step is encoded so. */
  boolean knows(int block, long step, int codec) {
    BlockCodec known = compression.at(step).changeCodec(block);
    return !known.isPlain() && known.wire().value() == codec;
  }

  /** Whether an encoding of a block may have this length. */
  boolean fits(int block, int lengthBytes) {
    return lengthBytes > 0 && lengthBytes <= compression.maxChangeBytes(block);
  }

  /** Keeps some bytes of a block's encoding. */
  void keep(int block, int at, DirectBuffer from, int offset, int lengthBytes) {
    encoded.putBytes(offsets[block] + at, from, offset, lengthBytes);
  }

  /** Adds a change that is whole to the parameters; false if it is none, and nothing is done. */
  boolean apply(int index, long step, int lengthBytes) {
    Block block = plan.blocks().get(index);
    BlockDecoder decoder = compression.at(step) == compression.now() ? now[index] : before[index];
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
