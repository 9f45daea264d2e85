package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A group's parameters as the workers have them, where their changes travel encoded: each change is
 * encoded once, and what it decodes to is added here as every worker adds it, so that all replicas
 * stay equal, bit for bit. What a change lacks is part of the next one, which is the difference
 * between the exact parameters and these: no residual is needed beside them.
 *
 * <p>After the last step it has what workers would have if there were more, so that more epochs go
 * on as if they had been asked for at first; it is not sent then.
 */
final class WorkersView implements AutoCloseable {

  private final List<Block> blocks;
  private CompressionSchedule compression;
  private final long groupOffset;
  private Coders before;
  private Coders now;
  private final List<UnsafeBuffer> encoded = new ArrayList<>();
  private final int[] lengths;
  private final List<ByteBuffer> memory = new ArrayList<>();

  /** Encoders and decoders of all blocks, of one plan. */
  private record Coders(
      List<BlockCodec> codecs, List<BlockEncoder> encoders, List<BlockDecoder> decoders)
      implements AutoCloseable {

    static Coders of(List<BlockCodec> codecs) {
      return new Coders(
          codecs,
          codecs.stream().map(BlockCodec::encoder).toList(),
          codecs.stream().map(BlockCodec::decoder).toList());
    }

    @Override
    public void close() {
      CloseHelper.closeAll(encoders);
    }
  }

  private final UnsafeBuffer current;
  private final UnsafeBuffer change;

  /** A view that is not {@link #set} yet. */
  WorkersView(BlockGroup group, List<Block> blocks, CompressionPlan compression) {
    this.blocks = blocks;
    this.compression = CompressionSchedule.always(compression);
    this.groupOffset = group.offset();
    lengths = new int[blocks.size()];
    current = allocate(Math.toIntExact(group.length() * Float.BYTES));
    before = Coders.of(codecs(compression));
    now = before;
    change = allocate(blocks.stream().mapToInt(Block::lengthBytes).max().orElseThrow());
    for (Block block : blocks) {
      encoded.add(allocate(compression.maxBackBytes(block.index())));
    }
  }

  private List<BlockCodec> codecs(CompressionPlan plan) {
    return blocks.stream().map(block -> plan.back(block.index())).toList();
  }

  /**
   * Changes travel otherwise from now on. What codecs remember stays with those that still hold;
   * what the last one has not sent is in the next change, whatever its codec.
   */
  void enter(CompressionSchedule schedule) {
    List<Coders> old = before == now ? List.of(before) : List.of(before, now);
    compression = schedule;
    before = take(codecs(schedule.before()), old);
    List<BlockCodec> next = codecs(schedule.now());
    now = next.equals(before.codecs()) ? before : take(next, old);
    CloseHelper.closeAll(old.stream().filter(one -> one != before && one != now).toList());
    for (int i = 0; i < blocks.size(); i++) {
      int most = schedule.maxBackBytes(blocks.get(i).index());
      if (encoded.get(i).capacity() < most) {
        ByteBuffer outgrown = encoded.get(i).byteBuffer();
        memory.removeIf(one -> one == outgrown);
        encoded.set(i, allocate(most));
        BufferUtil.free(outgrown);
        lengths[i] = 0;
      }
    }
  }

  private static Coders take(List<BlockCodec> codecs, List<Coders> old) {
    return old.stream()
        .filter(one -> one.codecs().equals(codecs))
        .findFirst()
        .orElseGet(() -> Coders.of(codecs));
  }

  private Coders at(long step) {
    return compression.at(step) == compression.now() ? now : before;
  }

  private UnsafeBuffer allocate(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    memory.add(buffer);
    return new UnsafeBuffer(buffer);
  }

  /** The parameters of the newest step. */
  DirectBuffer current() {
    return current;
  }

  /** What must go to a new backup or into a checkpoint for the group to go on bit for bit. */
  List<MutableDirectBuffer> parts() {
    List<MutableDirectBuffer> parts = new ArrayList<>();
    parts.add(current);
    before.encoders().forEach(encoder -> parts.addAll(encoder.state()));
    if (now != before) {
      now.encoders().forEach(encoder -> parts.addAll(encoder.state()));
    }
    return parts;
  }

  /** Takes parameters as they are. */
  void set(DirectBuffer parameters) {
    current.putBytes(0, parameters, 0, current.capacity());
  }

  /** Goes on from a step's parameters to those of the next. */
  void advance(long step, DirectBuffer parameters) {
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      int from = Math.toIntExact((block.offset() - groupOffset) * Float.BYTES);
      lengths[i] = 0;
      if (!compression.at(step).encodesBack(block.index(), step)) {
        current.putBytes(from, parameters, from, block.lengthBytes());
      } else {
        subtract(parameters, from, block.lengthBytes());
        encode(i, step, from);
      }
    }
  }

  private void subtract(DirectBuffer parameters, int from, int lengthBytes) {
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      change.putFloat(at, parameters.getFloat(from + at) - current.getFloat(from + at));
    }
  }

  private void encode(int i, long step, int from) {
    Block block = blocks.get(i);
    BlockEncoder encoder = at(step).encoders().get(i);
    List<MutableDirectBuffer> state = encoder.state();
    if (!state.isEmpty()) {
      // The change is the difference to what the workers have, so what was not sent is in it.
      state.get(0).setMemory(0, state.get(0).capacity(), (byte) 0);
    }
    int length =
        encoder.encode(
            step, compression.at(step).backSeed(block.index()), change, 0, encoded.get(i), 0);
    if (length < 0) {
      throw new IllegalStateException(
          "the parameters of block "
              + block.index()
              + " are no finite numbers after step "
              + step
              + ": training has diverged; lower the learning rate, or clip the gradient"
              + " (optimizer.clipGlobalNorm)");
    }
    BlockDecoder decoder = at(step).decoders().get(i);
    if (!decoder.decode(encoded.get(i), 0, length, change, 0)) {
      throw new IllegalStateException("what was just encoded cannot be decoded");
    }
    decoder.finish(change, 0);
    for (int at = 0; at < block.lengthBytes(); at += Float.BYTES) {
      current.putFloat(from + at, current.getFloat(from + at) + change.getFloat(at));
    }
    lengths[i] = length;
  }

  /** Bytes of the newest change of the group's i-th block; 0 if it travels as parameters. */
  int lengthOf(int i) {
    return lengths[i];
  }

  /** The newest change of the group's i-th block. */
  DirectBuffer encoded(int i) {
    return encoded.get(i);
  }

  @Override
  public void close() {
    try {
      CloseHelper.closeAll(before, now == before ? null : now);
    } finally {
      memory.forEach(BufferUtil::free);
      memory.clear();
    }
  }
}
