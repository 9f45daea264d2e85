package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.SumProgram;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Counts each slot's gradient once, for one block and the step that is open.
 *
 * <p>A contribution counts when its last byte is there, never in part. One whose slots are all
 * counted already is a duplicate; a wider one replaces the narrower ones under it, whose sum it is.
 */
final class BlockLedger {

  /** What became of a frame. */
  enum Receipt {
    /** Its bytes were kept; the contribution is not whole yet. */
    KEPT,
    /** It made its contribution whole, which now counts; slots are still missing. */
    COUNTED,
    /** It made its contribution whole, and with it the step: every slot is counted. */
    COMPLETE,
    /** Its slots, or its bytes, had been counted before. */
    DUPLICATE,
    /**
     * It is no part of what is open: no node of the tree, or bytes that do not follow those before.
     */
    OUT_OF_PLACE,
    /** Its contribution was whole, but no encoding of the block, and was dropped. */
    BAD
  }

  private final Block block;
  private final ReductionTree tree;
  private final ContributionPool pool;
  private final BlockIntake intake;

  /** Contributions that are not whole yet. */
  private final List<Contribution> partial = new ArrayList<>();

  /** Whole contributions, disjoint, in ascending order of slots. */
  private final List<Contribution> counted = new ArrayList<>();

  private long step;
  private int countedSlots;
  private boolean reduced;
  private float nextScale;
  private DirectBuffer[] streams = new DirectBuffer[0];
  private List<TreeNode> programNodes = List.of();
  private @Nullable SumProgram program;

  BlockLedger(
      Block block, ReductionTree tree, ContributionPool pool, BlockIntake intake, long step) {
    this.intake = intake;
    this.block = block;
    this.tree = tree;
    this.pool = pool;
    this.step = step;
  }

  /** The step that is open. */
  long step() {
    return step;
  }

  /**
   * Takes some bytes of the block, as a frame brought them.
   *
   * @param codec how the contribution travels, which the {@link BlockIntake} knows
   * @param totalBytes how many bytes it takes
   */
  Receipt accept(
      Peer from,
      int lo,
      int hi,
      int codec,
      int totalBytes,
      int frameOffset,
      DirectBuffer payload,
      int payloadOffset,
      int payloadBytes) {
    if (!tree.isNode(lo, hi)
        || frameOffset < 0
        || !intake.fits(codec, totalBytes)
        || frameOffset + (long) payloadBytes > totalBytes) {
      return Receipt.OUT_OF_PLACE;
    }
    if (reduced || isCounted(lo, hi)) {
      return Receipt.DUPLICATE;
    }
    Contribution contribution = openOf(from, lo, hi);
    if (contribution == null) {
      if (frameOffset != 0) {
        return Receipt.OUT_OF_PLACE;
      }
      contribution = pool.acquire(from, lo, hi, codec, totalBytes);
      partial.add(contribution);
    }
    if (contribution.codec != codec || contribution.totalBytes != totalBytes) {
      return Receipt.OUT_OF_PLACE;
    }
    if (frameOffset != contribution.receivedBytes) {
      return frameOffset < contribution.receivedBytes ? Receipt.DUPLICATE : Receipt.OUT_OF_PLACE;
    }
    contribution.target().putBytes(frameOffset, payload, payloadOffset, payloadBytes);
    contribution.receivedBytes += payloadBytes;
    if (contribution.receivedBytes < totalBytes) {
      return Receipt.KEPT;
    }
    partial.remove(contribution);
    if (!intake.decode(contribution, step)) {
      pool.release(contribution);
      return Receipt.BAD;
    }
    pool.releaseEncoded(contribution);
    count(contribution);
    return countedSlots == tree.slots() ? Receipt.COMPLETE : Receipt.COUNTED;
  }

  private boolean isCounted(int lo, int hi) {
    int missing = hi - lo;
    for (int i = 0; i < counted.size(); i++) {
      Contribution other = counted.get(i);
      missing -= Math.max(0, Math.min(hi, other.hi) - Math.max(lo, other.lo));
    }
    return missing == 0;
  }

  private @Nullable Contribution openOf(Peer from, int lo, int hi) {
    for (int i = 0; i < partial.size(); i++) {
      Contribution candidate = partial.get(i);
      if (candidate.lo == lo && candidate.hi == hi && from.equals(candidate.from)) {
        return candidate;
      }
    }
    return null;
  }

  private void count(Contribution whole) {
    for (int i = counted.size() - 1; i >= 0; i--) {
      Contribution other = counted.get(i);
      if (whole.covers(other)) {
        countedSlots -= other.slots();
        pool.release(counted.remove(i));
      }
    }
    counted.add(placeOf(whole), whole);
    countedSlots += whole.slots();
    for (int i = partial.size() - 1; i >= 0; i--) {
      if (isCounted(partial.get(i).lo, partial.get(i).hi)) {
        pool.release(partial.remove(i));
      }
    }
  }

  /** Where among the counted it belongs: they are summed in the order of their slots. */
  private int placeOf(Contribution whole) {
    int at = 0;
    while (at < counted.size() && counted.get(at).lo < whole.lo) {
      at++;
    }
    return at;
  }

  /**
   * Writes the sum over all slots, which must be counted, into the target. From then on every
   * contribution to the step is a duplicate, until the next one is {@link #open opened}. A sum that
   * is void is written as zeros.
   *
   * @return whether the sum is a number; if not, the step counts for nobody
   */
  boolean reduce(BlockSum kernel, MutableDirectBuffer target, int targetOffset) {
    if (reduced || countedSlots != tree.slots()) {
      throw new IllegalStateException(
          "block "
              + block.index()
              + " of step "
              + step
              + " has "
              + countedSlots
              + " of "
              + tree.slots()
              + " slots");
    }
    int count = counted.size();
    if (streams.length != count) {
      streams = new DirectBuffer[count];
    }
    boolean number = true;
    for (int i = 0; i < count; i++) {
      streams[i] = counted.get(i).floats;
      number &= !counted.get(i).isVoid();
    }
    if (number) {
      kernel.sum(program(), streams, target, targetOffset, block.length());
      nextScale = intake.finish(step, target, targetOffset);
    } else {
      target.setMemory(targetOffset, block.lengthBytes(), (byte) 0);
    }
    for (int i = 0; i < count; i++) {
      pool.release(counted.get(i));
    }
    counted.clear();
    reduced = true;
    return number;
  }

  /** The scale that contributors are to share in the step after the one that was reduced last. */
  float nextScale() {
    return nextScale;
  }

  /** Opens a step in which nothing is counted yet. */
  void open(long next) {
    forget();
    for (int i = 0; i < counted.size(); i++) {
      pool.release(counted.get(i));
    }
    counted.clear();
    countedSlots = 0;
    reduced = false;
    intake.reset();
    step = next;
  }

  /** Forgets what has arrived in part; what is counted stays counted. */
  void forget() {
    for (int i = 0; i < partial.size(); i++) {
      pool.release(partial.get(i));
    }
    partial.clear();
  }

  private SumProgram program() {
    SumProgram known = program;
    if (known != null && sameNodes()) {
      return known;
    }
    programNodes = counted.stream().map(whole -> new TreeNode(whole.lo, whole.hi)).toList();
    SumProgram made = pool.program(tree, programNodes);
    program = made;
    return made;
  }

  private boolean sameNodes() {
    if (programNodes.size() != counted.size()) {
      return false;
    }
    for (int i = 0; i < counted.size(); i++) {
      TreeNode node = programNodes.get(i);
      if (node.lo() != counted.get(i).lo || node.hi() != counted.get(i).hi) {
        return false;
      }
    }
    return true;
  }

  /** The slots that are not counted yet, for messages: such as {@code [0, 2) [5, 6)}. */
  String missingSlots() {
    if (reduced) {
      return "";
    }
    StringBuilder missing = new StringBuilder();
    int from = 0;
    for (Contribution whole : counted) {
      appendRange(missing, from, whole.lo);
      from = whole.hi;
    }
    appendRange(missing, from, tree.slots());
    return missing.toString().strip();
  }

  private static void appendRange(StringBuilder text, int from, int to) {
    if (from < to) {
      text.append('[').append(from).append(", ").append(to).append(") ");
    }
  }
}
