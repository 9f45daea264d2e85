package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.PinnedMemory;
import io.trireme.cuda.driver.Stream;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * Encodes floats that lie on the card, and owns what has not been sent of them. The encoding is the
 * CPU codec's, bit for bit, and so is the residual.
 */
public final class GradientEncoder {
  private static final int ALL_FINITE = Integer.MAX_VALUE;
  private static final int BLOCK = 256;

  private final LongSupplier source;
  private final Stream stream;
  private final Recorder recorder;
  private final Tiles tiles;
  private final CodedBlock block;
  private final Runs plain;
  private final Runs coded;
  private final long residual;
  private final long out;
  private final Work work;
  private final PinnedMemory head;
  private final PinnedMemory encoding;
  private final PinnedMemory residualCopy;
  private final ByteBuffer residualView;
  private final ByteBuffer headView;
  private final ByteBuffer encodingView;
  private int sent;

  /**
   * Memory that lives for an encoding.
   *
   * @param firsts each checked tile's first float that is not finite
   * @param head the result
   * @param words of each tile
   * @param sent floats of each tile
   * @param starts of each tile in its group
   * @param groups three tables of the groups: words, floats sent, starts
   * @param slots a place for each tile
   */
  private record Work(
      long firsts, long head, long words, long sent, long starts, long groups, long slots) {}

  /**
   * Where an encoder works.
   *
   * @param card its stream and kernels
   * @param source tells where the floats lie on the card
   */
  record Place(Owner owner, Buffers memory, SlotSum.Card card, LongSupplier source) {}

  /** Allocates what an encoder needs; the residual is zero. */
  GradientEncoder(Place place, GradientCodec codec, CodedBlock block) {
    Owner owner = place.owner;
    Buffers memory = place.memory;
    this.source = place.source;
    this.stream = place.card.stream();
    this.recorder = place.card.recorder();
    this.tiles = Tiles.of(codec);
    this.block = block;
    this.plain = Runs.of(memory, block.plain());
    this.coded = Runs.of(memory, block.coded());
    this.residual = memory.device(4L * block.length());
    long bytes = 4 * (plain.floats() + tiles.words(coded.floats()));
    this.out = memory.device(bytes);
    this.work = work(memory, tiles, block.length(), coded.floats());
    this.head = owner.own(PinnedMemory.allocate(16));
    this.encoding = owner.own(PinnedMemory.allocate(bytes));
    this.residualCopy = owner.own(PinnedMemory.allocate(4L * block.length()));
    this.residualView = residualCopy.view();
    this.headView = head.view();
    this.encodingView = encoding.view();
    stream.fill(residual, 0, block.length());
    stream.synchronize();
  }

  private static Work work(Buffers memory, Tiles tiles, int length, int floats) {
    int count = tiles.fixed() ? 1 : Math.max(1, tiles.count(floats));
    return new Work(
        memory.device(4L * Recorder.blocks(length, Tiles.CHECKED)),
        memory.device(16),
        memory.device(4L * count),
        memory.device(4L * count),
        memory.device(4L * count),
        memory.device(12L * Recorder.blocks(count, Tiles.GROUP)),
        memory.device(4L * count * tiles.words()));
  }

  /** What the random bits of an encoding follow from: SplitMix64's finaliser, as on the CPU. */
  private static long key(long step, long seed) {
    long z = seed + (step + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /**
   * Encodes floats and brings the encoding, and nothing else, to the host.
   *
   * @param step the global step
   * @param seed what is random follows from seed and step
   * @return bytes of the encoding; or {@code -1 - i} if float i is the first that is NaN or
   *     infinite: then the residual is as before
   * @throws io.trireme.cuda.driver.CudaException if the card fails
   */
  public int encode(long step, long seed) {
    record(key(step, seed));
    stream.toHost(head.address(), work.head, 12);
    stream.synchronize();
    int bad = headView.getInt(0);
    if (bad != ALL_FINITE) {
      return -1 - bad;
    }
    boolean known = tiles.fixed();
    long words = known ? tiles.words(coded.floats()) : headView.getInt(4);
    sent = plain.floats() + (known ? coded.floats() : headView.getInt(8));
    long bytes = 4 * (plain.floats() + words);
    stream.toHost(encoding.address(), out, bytes);
    stream.synchronize();
    return Math.toIntExact(bytes);
  }

  /** Puts an encoding's kernels into the stream. */
  void record(long key) {
    long floats = source.getAsLong();
    recorder.label("codec");
    int length = block.length();
    int checked = Recorder.blocks(length, Tiles.CHECKED);
    recorder.arguments().put(length).put(floats).put(work.firsts);
    recorder.launch("codecCheck", checked, 1, 1, BLOCK);
    recorder.arguments().put(checked).put(work.firsts).put(work.head);
    recorder.launch("codecFirst", 1, 1, 1, BLOCK);
    if (plain.floats() > 0) {
      Arguments arguments = recorder.arguments().put(plain.floats()).next();
      plain.put(arguments);
      arguments.put(floats).put(out);
      recorder.each("codecPlain", plain.floats());
    }
    if (coded.floats() > 0) {
      encodeTiles(floats, key);
    } else {
      stream.fill(work.head + 4, 0, 2);
    }
  }

  private void encodeTiles(long floats, long key) {
    long to = out + 4L * plain.floats();
    int count = tiles.count(coded.floats());
    Arguments arguments = recorder.arguments().next().field(floats).field(residual);
    arguments.field(tiles.fixed() ? to : work.slots).field(work.head).field(coded.floats());
    coded.put(arguments);
    if (tiles.fixed()) {
      recorder.each(tiles.kernel(), count * tiles.words());
      return;
    }
    if (tiles.random()) {
      arguments.put(tiles.size()).put(key);
    }
    arguments.put(work.words).put(work.sent);
    recorder.launch(tiles.kernel(), count, 1, 1, tiles.threads());
    gather(count, to);
  }

  private void gather(int count, long to) {
    int groups = Recorder.blocks(count, Tiles.GROUP);
    long sums = work.groups + 4L * groups;
    long starts = sums + 4L * groups;
    recorder
        .arguments()
        .put(count)
        .put(work.words)
        .put(work.sent)
        .put(work.starts)
        .put(work.groups)
        .put(sums);
    recorder.launch("codecGroups", groups, 1, 1, BLOCK);
    recorder.arguments().put(groups).put(work.groups).put(sums).put(starts).put(work.head);
    recorder.launch("codecTotals", 1, 1, 1, BLOCK);
    recorder
        .arguments()
        .put(tiles.words())
        .put(work.head)
        .put(work.words)
        .put(work.starts)
        .put(starts)
        .put(work.slots)
        .put(to);
    int threads = tiles.words() > BLOCK / 2 ? BLOCK : BLOCK / 4;
    recorder.launch("codecGather", count, 1, 1, threads);
  }

  /** The encoding, as long as {@link #encode} said. */
  public ByteBuffer encoding() {
    return encodingView;
  }

  /** Floats of the last encoding that are sent with a value of their own, plain ones included. */
  public int sentFloats() {
    return sent;
  }

  /** {@code float [length]}: what has not been sent, brought to the host. */
  public ByteBuffer readResidual() {
    stream.toHost(residualCopy.address(), residual, 4L * block.length());
    stream.synchronize();
    return residualView;
  }

  /** Makes what was written into the buffer of {@link #readResidual} the residual. */
  public void writeResidual() {
    stream.toDevice(residual, residualCopy.address(), 4L * block.length());
    stream.synchronize();
  }
}
