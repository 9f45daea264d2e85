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
 * A group's parameters as the workers have them, where deltas from step to step travel encoded.
 * Each delta is encoded once, and what it decodes to is added here as every worker adds it, so that
 * all replicas stay equal, bit for bit. What a delta lacks is part of the next one, which is the
 * difference between the exact parameters and these: no residual is needed beside them.
 *
 * <p>After the last step it has what workers would have if there were more, so that more epochs go
 * on as if they had been asked for at first; it is not sent then.
 */
final class EncodedDeltas implements ParameterDeltas {

  private final List<Block> blocks;
  private final long groupOffset;
  private final List<UnsafeBuffer> encoded = new ArrayList<>();
  private final int[] lengths;
  private final List<ByteBuffer> memory = new ArrayList<>();
  private final UnsafeBuffer current;
  private final UnsafeBuffer delta;
  private Coding coding;

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

  /** How deltas travel by one schedule: until its change, and from then on. */
  private record Coding(CompressionSchedule schedule, Coders before, Coders now) {

    Coders at(long step) {
      return schedule.at(step) == schedule.now() ? now : before;
    }

    List<Coders> all() {
      return before == now ? List.of(before) : List.of(before, now);
    }
  }

  /** Of workers that have these parameters. */
  EncodedDeltas(
      BlockGroup group, List<Block> blocks, CompressionPlan compression, DirectBuffer parameters) {
    this.blocks = blocks;
    this.groupOffset = group.offset();
    lengths = new int[blocks.size()];
    current = allocate(Math.toIntExact(group.length() * Float.BYTES));
    Coders coders = Coders.of(codecs(compression));
    coding = new Coding(CompressionSchedule.always(compression), coders, coders);
    delta = allocate(blocks.stream().mapToInt(Block::lengthBytes).max().orElseThrow());
    for (Block block : blocks) {
      encoded.add(allocate(compression.maxChangeBytes(block.index())));
    }
    current.putBytes(0, parameters, 0, current.capacity());
  }

  private List<BlockCodec> codecs(CompressionPlan plan) {
    return blocks.stream().map(block -> plan.changeCodec(block.index())).toList();
  }

  /**
   * Deltas travel otherwise from now on. What codecs remember stays with those that still hold;
   * what the last one has not sent is in the next delta, by any codec.
   */
  @Override
  public void enter(CompressionSchedule schedule) {
    List<Coders> old = coding.all();
    Coders before = take(codecs(schedule.before()), old);
    List<BlockCodec> next = codecs(schedule.now());
    Coders now = next.equals(before.codecs()) ? before : take(next, old);
    coding = new Coding(schedule, before, now);
    CloseHelper.closeAll(old.stream().filter(one -> one != before && one != now).toList());
    for (int i = 0; i < blocks.size(); i++) {
      int most = schedule.maxChangeBytes(blocks.get(i).index());
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

  private UnsafeBuffer allocate(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    memory.add(buffer);
    return new UnsafeBuffer(buffer);
  }

  @Override
  public DirectBuffer current() {
    return current;
  }

  @Override
  public List<MutableDirectBuffer> parts() {
    List<MutableDirectBuffer> parts = new ArrayList<>();
    parts.add(current);
    for (Coders coders : coding.all()) {
      coders.encoders().forEach(encoder -> parts.addAll(encoder.state()));
    }
    return parts;
  }

  @Override
  public void advance(long step, DirectBuffer parameters) {
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      int from = Math.toIntExact((block.offset() - groupOffset) * Float.BYTES);
      lengths[i] = 0;
      if (!coding.schedule().at(step).encodesChange(block.index(), step)) {
        current.putBytes(from, parameters, from, block.lengthBytes());
      } else {
        subtract(parameters, from, block.lengthBytes());
        encode(i, step, from);
      }
    }
  }

  private void subtract(DirectBuffer parameters, int from, int lengthBytes) {
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      delta.putFloat(at, parameters.getFloat(from + at) - current.getFloat(from + at));
    }
  }

  private void encode(int i, long step, int from) {
    Block block = blocks.get(i);
    BlockEncoder encoder = coding.at(step).encoders().get(i);
    List<MutableDirectBuffer> state = encoder.state();
    if (!state.isEmpty()) {
      // The delta is the difference to what the workers have, so what was not sent is in it.
      state.get(0).setMemory(0, state.get(0).capacity(), (byte) 0);
    }
    int length =
        encoder.encode(
            step,
            coding.schedule().at(step).changeSeed(block.index()),
            delta,
            0,
            encoded.get(i),
            0);
    if (length < 0) {
      throw new IllegalStateException(
          "the parameters of block "
              + block.index()
              + " are no finite numbers after step "
              + step
              + ": training has diverged; lower the learning rate, or clip the gradient"
              + " (optimizer.clipGlobalNorm)");
    }
    BlockDecoder decoder = coding.at(step).decoders().get(i);
    if (!decoder.decode(encoded.get(i), 0, length, delta, 0)) {
      throw new IllegalStateException("what was just encoded cannot be decoded");
    }
    decoder.finish(delta, 0);
    for (int at = 0; at < block.lengthBytes(); at += Float.BYTES) {
      current.putFloat(from + at, current.getFloat(from + at) + delta.getFloat(at));
    }
    lengths[i] = length;
  }

  @Override
  public int lengthOf(int i) {
    return lengths[i];
  }

  @Override
  public DirectBuffer encoded(int i) {
    return encoded.get(i);
  }

  @Override
  public void close() {
    try {
      CloseHelper.closeAll(coding.all());
    } finally {
      memory.forEach(BufferUtil::free);
      memory.clear();
    }
  }
}
