package io.trireme.driver.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.SlotPlan;
import io.trireme.kernels.sum.GlobalNorm;
import io.trireme.worker.local.LocalRounds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a job must come to: its parameters before every step, computed in one place without any
 * protocol.
 */
final class Oracle {

  static final float RATE = 0.25f;
  private static final float LOCAL_RATE = 0.05f;

  final BlockPlan plan;
  final SlotPlan slots;
  final int steps;
  final double clip;
  final int length;
  final float momentum;

  /**
   * Whether every sum is of whole numbers, and no gradient depends on the parameters, so that the
   * result does not depend on any order.
   */
  final boolean exact;

  /** What was seen first under each name, where codecs are lossy: any later sight must equal it. */
  final Map<String, float[]> seen = new HashMap<>();

  /** Whether gradients travel by lossy codecs, so that results are compared with each other. */
  final boolean lossy;

  /**
   * Whether a step that no worker has had may come to other bits when it is made again, since a
   * worker was lost with what its codec kept back.
   */
  boolean mayDiverge;

  /** Whether workers leave in good order where codecs are lossy. */
  boolean leavers;

  /** Parameters before each step, and after the last. */
  final List<float[]> parameters = new ArrayList<>();

  /** What the optimizer remembers before each step, and after the last. */
  final List<float[]> moments = new ArrayList<>();

  /** Updates that are made before each step, and in all: steps that are no numbers make none. */
  private final int[] updates;

  /** Every how many steps one slot's gradient is no number; 0 for never. */
  private final int voidEvery;

  /** Where workers take local steps: how they lie over the slots; else null. */
  final @Nullable LocalRounds local;

  private final Witness witness;

  Oracle(BlockPlan plan, SlotPlan slots, int steps, double clip, boolean exact) {
    this(plan, slots, steps, clip, exact, false, null, 0);
  }

  /** A job whose steps are rounds of local steps. */
  static Oracle ofRounds(BlockPlan plan, LocalRounds local, int rounds) {
    return new Oracle(plan, local.rounds(), rounds, 0, false, false, local, 0);
  }

  /** A job whose gradients travel by lossy codecs; they are not signed by their slots. */
  static Oracle ofLossy(BlockPlan plan, SlotPlan slots, int steps, boolean exact) {
    return new Oracle(plan, slots, steps, 0, exact, true, null, 0);
  }

  /** A job in which now and then a slot's gradient is no number, and its step changes nothing. */
  static Oracle ofVoids(BlockPlan plan, SlotPlan slots, int steps, double clip, int every) {
    return new Oracle(plan, slots, steps, clip, false, false, null, every);
  }

  private Oracle(
      BlockPlan plan,
      SlotPlan slots,
      int steps,
      double clip,
      boolean exact,
      boolean lossy,
      @Nullable LocalRounds local,
      int voidEvery) {
    this.local = local;
    this.voidEvery = voidEvery;
    updates = new int[steps + 1];
    this.lossy = lossy;
    this.witness = new Witness(plan, slots.slots(), exact);
    this.exact = exact;
    this.momentum = exact ? 0 : 0.5f;
    this.plan = plan;
    this.slots = slots;
    this.steps = steps;
    this.clip = clip;
    this.length = (int) plan.groups().get(plan.groups().size() - 1).end();
    float[] current = new float[length];
    for (int i = 0; i < length; i++) {
      current[i] = exact ? i % 17 : (i % 17) * 0.37f - 2;
    }
    float[] momentum = new float[length];
    parameters.add(current.clone());
    moments.add(momentum.clone());
    for (int step = 0; step < steps; step++) {
      updates[step + 1] = updates[step] + (isVoid(step) ? 0 : 1);
      if (isVoid(step)) {
        parameters.add(current.clone());
        moments.add(momentum.clone());
        continue;
      }
      float[] gradient = sum(step, 0, slots.slots(), current);
      for (int i = 0; i < length; i++) {
        gradient[i] /= slots.examplesInStep(step);
      }
      double scale = clip > 0 ? GlobalNorm.scale(sumOfSquares(gradient), clip) : 1;
      for (int i = 0; i < length; i++) {
        momentum[i] = this.momentum * momentum[i] + (float) scale * gradient[i];
        current[i] -= RATE * momentum[i];
      }
      parameters.add(current.clone());
      moments.add(momentum.clone());
    }
  }

  private double sumOfSquares(float[] gradient) {
    double sum = 0;
    for (Block block : plan.blocks()) {
      double share = 0;
      for (int i = (int) block.offset(); i < block.end(); i++) {
        share += (double) gradient[i] * gradient[i];
      }
      sum += share;
    }
    return sum;
  }

  /** The sum over a node of the tree. */
  float[] sum(long step, int lo, int hi, float[] at) {
    if (hi - lo == 1) {
      return gradient(step, lo, at);
    }
    int middle = ReductionTree.split(lo, hi);
    float[] left = sum(step, lo, middle, at);
    float[] right = sum(step, middle, hi, at);
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  /** Whether steps may be void. */
  boolean skipsNonFinite() {
    return voidEvery > 0;
  }

  /** Whether some slot's gradient of a step is no number. */
  boolean isVoid(long step) {
    return voidEvery > 0 && step % voidEvery == voidEvery - 1;
  }

  /** How many updates were made of each group before a step. */
  int updatesBefore(long step) {
    return updates[(int) step];
  }

  /** What one slot contributes, from parameters as they are before the step. */
  float[] gradient(long step, int slot, float[] at) {
    int examples = slots.examplesInSlot(step, slot);
    float[] gradient = new float[at.length];
    if (local != null) {
      float[] end = localSteps(step, slot, at);
      for (int i = 0; i < at.length; i++) {
        gradient[i] = (at[i] - end[i]) * examples;
      }
    }
    for (int i = 0; i < at.length && examples > 0 && local == null; i++) {
      int noise = noise(step, slot, i);
      gradient[i] = exact ? examples * noise : examples * (at[i] * 0.3f + noise * 0.173f);
    }
    sign(slot, gradient);
    if (isVoid(step) && slot == step % slots.slots()) {
      gradient[(int) (step % gradient.length)] =
          step % 2 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
    }
    return gradient;
  }

  private static int noise(long step, int slot, int i) {
    return (int) ((slot * 31L + step * 7 + i * 13L) % 97) - 48;
  }

  /** Where the local steps of a slot in a round end that begin at these parameters. */
  float[] localSteps(long round, int slot, float[] at) {
    LocalRounds rounds = Objects.requireNonNull(local);
    float[] end = at.clone();
    for (int h = 0; h < rounds.stepsInRound(round); h++) {
      int count = rounds.offsetInSlot(round, slot, h + 1) - rounds.offsetInSlot(round, slot, h);
      for (int i = 0; i < end.length && count > 0; i++) {
        end[i] -= LOCAL_RATE * (end[i] * 0.3f + noise(rounds.firstStep(round) + h, slot, i) * 0.1f);
      }
    }
    return end;
  }

  /** Writes into a slot's gradient that it is this slot's. */
  void sign(int slot, float[] gradient) {
    if (!lossy) {
      witness.sign(slot, gradient);
    }
  }

  /** How often each slot was counted in the mean gradient of a group over so many examples. */
  int[] counted(BlockGroup group, int examples, Floats mean) {
    return witness.counted(group, examples, mean);
  }

  /** Whether these are, bit for bit, the floats that were first seen under a name. */
  boolean sees(String name, float[] floats) {
    float[] first = seen.computeIfAbsent(name, unused -> floats);
    for (int i = 0; i < floats.length; i++) {
      if (Float.floatToRawIntBits(floats[i]) != Float.floatToRawIntBits(first[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Forgets what was seen after a step: a job that begins with its checkpoint makes it anew, and
   * what workers kept back is not in simulated checkpoints.
   */
  void forgetAfter(long step) {
    seen.keySet()
        .removeIf(name -> Long.parseLong(name.substring(name.lastIndexOf(' ') + 1)) > step);
  }

  /** Whether the floats of a group are those before a step. */
  boolean holds(BlockGroup group, long step, Floats floats) {
    if (lossy) {
      float[] now = new float[(int) group.length()];
      for (int i = 0; i < now.length; i++) {
        now[i] = floats.at(i);
      }
      return sees("group " + group.index() + " of step " + step, now);
    }
    float[] expected = parameters.get((int) step);
    for (int i = 0; i < group.length(); i++) {
      if (Float.floatToRawIntBits(floats.at(i))
          != Float.floatToRawIntBits(expected[(int) group.offset() + i])) {
        return false;
      }
    }
    return true;
  }
}
