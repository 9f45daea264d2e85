package io.trireme.driver.sim;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;

/**
 * Makes the first two floats of each group say whose gradients were counted in it: each slot adds a
 * power of one base, so that the sum is a number whose digits are the counts of the slots.
 */
final class Witness {

  private static final float SMALL = 0x1p-20f;

  private final BlockPlan plan;
  private final int slots;
  private final int perFloat;
  private final int base;
  private final float unit;

  /**
   * A witness of this many slots.
   *
   * @param whole whether gradients are whole numbers; else it is too small to change their norm
   */
  Witness(BlockPlan plan, int slots, boolean whole) {
    this.plan = plan;
    this.slots = slots;
    perFloat = (slots + 1) / 2;
    base = perFloat <= 4 ? 9 : 3;
    unit = whole ? 1 : SMALL;
  }

  /** Writes a slot's signature into its gradient. */
  void sign(int slot, float[] gradient) {
    for (BlockGroup group : plan.groups()) {
      int at = (int) group.offset();
      gradient[at] = slot < perFloat ? power(slot) : 0;
      gradient[at + 1] = slot < perFloat ? 0 : power(slot - perFloat);
    }
  }

  private float power(int digit) {
    long power = 1;
    for (int i = 0; i < digit; i++) {
      power *= base;
    }
    return power * unit;
  }

  /** How often each slot is in the mean gradient of a group over so many examples. */
  int[] counted(BlockGroup group, int examples, Floats mean) {
    int[] counts = new int[slots];
    for (int half = 0; half < 2; half++) {
      long digits = Math.round((double) mean.at(half) * examples / unit);
      int from = half * perFloat;
      int to = half == 0 ? perFloat : slots;
      for (int slot = from; slot < to; slot++) {
        counts[slot] = (int) (digits % base);
        digits /= base;
      }
      if (digits != 0) {
        throw new InvariantBroken(
            Invariant.SLOTS_COUNT_ONCE,
            "group " + group.index() + " counts what is no slot's gradient: " + digits);
      }
    }
    return counts;
  }
}
