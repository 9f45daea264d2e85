package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.server.kernel.BlockSum;
import io.trireme.server.kernel.SumProgram;
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
    OUT_OF_PLACE
  }

  private final Block block;
  private final ReductionTree tree;
  private final ContributionPool pool;

  /** Contributions that are not whole yet. */
  private final List<Contribution> open = new ArrayList<>();

  /** Whole contributions, disjoint, in ascending order of slots. */
  private final List<Contribution> counted = new ArrayList<>();

  private long step;
  private int countedSlots;
  private DirectBuffer[] streams = new DirectBuffer[0];
  private List<TreeNode> programNodes = List.of();
  private @Nullable SumProgram program;

  BlockLedger(Block block, ReductionTree tree, ContributionPool pool, long step) {
    this.block = block;
    this.tree = tree;
    this.pool = pool;
    this.step = step;
  }

  /** The step that is open. */
  long step() {
    return step;
  }

  /** Takes some of the block's floats, as a frame brought them. */
  Receipt accept(
      Peer from,
      int lo,
      int hi,
      int frameOffset,
      DirectBuffer payload,
      int payloadOffset,
      int payloadBytes) {
    if (!tree.isNode(lo, hi)
        || frameOffset < 0
        || frameOffset + (long) payloadBytes > block.lengthBytes()) {
      return Receipt.OUT_OF_PLACE;
    }
    if (isCounted(lo, hi)) {
      return Receipt.DUPLICATE;
    }
    Contribution contribution = openOf(from, lo, hi);
    if (contribution == null) {
      if (frameOffset != 0) {
        return Receipt.OUT_OF_PLACE;
      }
      contribution = pool.acquire(from, lo, hi);
      open.add(contribution);
    }
    if (frameOffset != contribution.receivedBytes) {
      return frameOffset < contribution.receivedBytes ? Receipt.DUPLICATE : Receipt.OUT_OF_PLACE;
    }
    contribution.floats.putBytes(frameOffset, payload, payloadOffset, payloadBytes);
    contribution.receivedBytes += payloadBytes;
    if (contribution.receivedBytes < block.lengthBytes()) {
      return Receipt.KEPT;
    }
    open.remove(contribution);
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
    for (int i = 0; i < open.size(); i++) {
      Contribution candidate = open.get(i);
      if (candidate.lo == lo && candidate.hi == hi && from.equals(candidate.from)) {
        return candidate;
      }
    }
    return null;
  }

  private void count(Contribution whole) {
    int at = 0;
    for (int i = counted.size() - 1; i >= 0; i--) {
      Contribution other = counted.get(i);
      if (whole.covers(other)) {
        countedSlots -= other.slots();
        pool.release(counted.remove(i));
      } else if (other.lo < whole.lo) {
        at++;
      }
    }
    counted.add(at, whole);
    countedSlots += whole.slots();
    for (int i = open.size() - 1; i >= 0; i--) {
      if (isCounted(open.get(i).lo, open.get(i).hi)) {
        pool.release(open.remove(i));
      }
    }
  }

  /**
   * Writes the sum over all slots, which must be counted, into the target and opens the next step.
   */
  void reduce(BlockSum kernel, MutableDirectBuffer target, int targetOffset) {
    if (countedSlots != tree.slots()) {
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
    for (int i = 0; i < count; i++) {
      streams[i] = counted.get(i).floats;
    }
    kernel.sum(program(), streams, target, targetOffset, block.length());
    for (int i = 0; i < count; i++) {
      pool.release(counted.get(i));
    }
    counted.clear();
    countedSlots = 0;
    step++;
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
