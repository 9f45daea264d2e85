package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.kernels.sum.BlockSum;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Counts each slot's gradient once, for one block and the step that is open.
 *
 * <p>A contribution counts when its last byte is there, never in part. One whose slots are all
 * counted already is a duplicate; a wider one replaces the narrower ones under it, whose sum it is.
 */
final class BlockLedger {

  private final Block block;
  private final ReductionTree tree;
  private final ContributionPool pool;
  private final BlockIntake intake;

  /** Contributions that are not whole yet. */
  private final List<Contribution> partial = new ArrayList<>();

  private final CountedContributions counted;
  private long step;
  private boolean reduced;
  private float nextScale;

  BlockLedger(
      Block block,
      ReductionTree tree,
      ContributionPool pool,
      BlockIntake intake,
      ServerRules rules,
      long step) {
    this.intake = intake;
    this.block = block;
    this.tree = tree;
    this.pool = pool;
    this.step = step;
    this.counted = new CountedContributions(tree, pool, rules);
  }

  /** The step that is open. */
  long step() {
    return step;
  }

  /**
   * Takes some bytes of the block, as a message brought them.
   *
   * @param message tells how the contribution travels, which the {@link BlockIntake} knows
   */
  Receipt accept(Peer from, ContributionDecoder message, int payloadBytes) {
    int lo = message.slotFrom();
    int hi = message.slotTo();
    if (!tree.isNode(lo, hi) || !intake.fits(message, payloadBytes)) {
      return Receipt.OUT_OF_PLACE;
    }
    if (reduced || isCounted(lo, hi)) {
      return Receipt.DUPLICATE;
    }
    Contribution contribution = openOf(from, lo, hi);
    if (contribution == null) {
      if (message.frameOffset() != 0) {
        return Receipt.OUT_OF_PLACE;
      }
      contribution = pool.acquire(from, message);
      partial.add(contribution);
    }
    Receipt receipt = contribution.append(from, message, payloadBytes);
    return receipt == Receipt.KEPT && contribution.isWhole() ? count(contribution) : receipt;
  }

  private boolean isCounted(int lo, int hi) {
    return counted.missing(lo, hi) == 0;
  }

  private @Nullable Contribution openOf(Peer from, int lo, int hi) {
    for (int i = 0; i < partial.size(); i++) {
      if (partial.get(i).isOf(from, lo, hi)) {
        return partial.get(i);
      }
    }
    return null;
  }

  private Receipt count(Contribution whole) {
    partial.remove(whole);
    if (!intake.decode(whole, step)) {
      pool.release(whole);
      return Receipt.BAD;
    }
    pool.releaseEncoded(whole);
    counted.add(whole);
    for (int i = partial.size() - 1; i >= 0; i--) {
      if (isCounted(partial.get(i).lo(), partial.get(i).hi())) {
        pool.release(partial.remove(i));
      }
    }
    return counted.slots() == tree.slots() ? Receipt.COMPLETE : Receipt.COUNTED;
  }

  /**
   * Writes the sum over all slots, which must be counted, into the target. From then on every
   * contribution to the step is a duplicate, until the next one is {@link #open opened}. A sum that
   * is void is written as zeros.
   *
   * @return whether the sum is a number; if not, the step changes nothing
   */
  boolean reduce(BlockSum kernel, MutableDirectBuffer target, int targetOffset) {
    if (reduced || counted.slots() != tree.slots()) {
      throw new IllegalStateException(
          "block "
              + block.index()
              + " of step "
              + step
              + " has "
              + counted.slots()
              + " of "
              + tree.slots()
              + " slots");
    }
    boolean number = !counted.hasVoid();
    if (number) {
      counted.sum(kernel, target, targetOffset, block.length());
      nextScale = intake.finish(step, target, targetOffset);
    } else {
      target.setMemory(targetOffset, block.lengthBytes(), (byte) 0);
    }
    counted.release();
    reduced = true;
    return number;
  }

  /** Whether the sum over all slots was written. */
  boolean isReduced() {
    return reduced;
  }

  /** The scale that contributors are to share in the step after the one that was reduced last. */
  float nextScale() {
    return nextScale;
  }

  /** Opens a step in which nothing is counted yet. */
  void open(long next) {
    forget();
    counted.release();
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

  /** The slots that are not counted yet, for messages: such as {@code [0, 2) [5, 6)}. */
  String missingSlots() {
    return reduced ? "" : counted.missingSlots();
  }
}
