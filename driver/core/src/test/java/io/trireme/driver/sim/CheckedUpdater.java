package io.trireme.driver.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gradient descent with momentum in plain Java, which compares its parameters with the oracle's
 * after every step: a contribution that was counted twice, lost, or added in another order shows at
 * once. A part of its state says how many steps of each slot were counted, also before it had the
 * state.
 */
final class CheckedUpdater implements GroupUpdater {

  /** Is told what a server comes to have. */
  interface Watcher {
    /** Nobody is told. */
    Watcher NONE =
        new Watcher() {
          @Override
          public void gathers(int group) {}

          @Override
          public void holds(int group, long step, int bits) {}

          @Override
          public void drops(int group) {}
        };

    /** The contributions of a step have been added up here. */
    void gathers(int group);

    /** All of the group's state is here as it is before a step. */
    void holds(int group, long step, int bits);

    /** The group's state is let go of. */
    void drops(int group);
  }

  private final Oracle oracle;
  private final BlockGroup group;
  private final String owner;
  private final Watcher watcher;
  private final UnsafeBuffer parameters;
  private final UnsafeBuffer gradient;
  private final UnsafeBuffer momentum;
  private final UnsafeBuffer tally;
  private int averaged;

  CheckedUpdater(Oracle oracle, BlockGroup group, String owner, boolean first) {
    this(oracle, group, owner, first, Watcher.NONE);
  }

  /**
   * A group with its parameters before the first step, or with none yet.
   *
   * @param watcher is told what comes to be here
   */
  CheckedUpdater(Oracle oracle, BlockGroup group, String owner, boolean first, Watcher watcher) {
    this.oracle = oracle;
    this.group = group;
    this.owner = owner;
    this.watcher = watcher;
    int bytes = (int) group.length() * Float.BYTES;
    parameters = new UnsafeBuffer(new byte[bytes]);
    gradient = new UnsafeBuffer(new byte[bytes]);
    momentum = new UnsafeBuffer(new byte[bytes]);
    tally = new UnsafeBuffer(new byte[oracle.slots.slots() * Integer.BYTES]);
    if (first) {
      for (int i = 0; i < group.length(); i++) {
        parameters.putFloat(i * Float.BYTES, oracle.parameters.get(0)[(int) group.offset() + i]);
      }
    }
  }

  /** Takes what a checkpoint has of the group. */
  void load(SimStore.Copied stored) {
    List<MutableDirectBuffer> parts = List.of(parameters, momentum, tally);
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).putBytes(0, stored.parts().get(i), 0, parts.get(i).capacity());
    }
  }

  @Override
  public MutableDirectBuffer parameters() {
    return parameters;
  }

  @Override
  public MutableDirectBuffer gradient() {
    return gradient;
  }

  @Override
  public List<MutableDirectBuffer> state() {
    return List.of(momentum, tally);
  }

  @Override
  public void average(int examples, int filledSlots) {
    watcher.gathers(group.index());
    averaged = examples;
    if (oracle.exact && !oracle.lossy) {
      checkContents();
    }
    for (int i = 0; i < group.length(); i++) {
      gradient.putFloat(i * Float.BYTES, gradient.getFloat(i * Float.BYTES) / examples);
    }
  }

  /** Where slots are streams of steps: the sum is that of the next steps of the slots in it. */
  private void checkContents() {
    float[] expected = new float[oracle.length];
    int[] counts = oracle.counted(group, 1, new Floats(gradient));
    int examples = 0;
    for (int slot = 0; slot < counts.length; slot++) {
      for (int i = 0; i < counts[slot]; i++) {
        long step = counted(slot) + i;
        examples += oracle.slots.examplesInSlot(step, slot);
        float[] one = oracle.gradient(step, slot, new float[oracle.length]);
        for (int at = 0; at < one.length; at++) {
          expected[at] += one[at];
        }
      }
    }
    if (examples != averaged) {
      throw broken(
          Invariant.SLOTS_COUNT_ONCE,
          "has gradients of " + examples + " examples, and takes them for " + averaged);
    }
    for (int i = 0; i < group.length(); i++) {
      if (gradient.getFloat(i * Float.BYTES) != expected[(int) group.offset() + i]) {
        throw broken(
            Invariant.SLOTS_COUNT_ONCE, "does not count each step of a slot once and in order");
      }
    }
  }

  private int counted(int slot) {
    return tally.getInt(slot * Integer.BYTES);
  }

  @Override
  public double sumOfSquares(int blockIndex) {
    Block block = oracle.plan.blocks().get(blockIndex);
    int from = (int) (block.offset() - group.offset());
    double sum = 0;
    for (int i = from; i < from + block.length(); i++) {
      double g = gradient.getFloat(i * Float.BYTES);
      sum += g * g;
    }
    return sum;
  }

  @Override
  public void update(long step, int epoch, double scale) {
    if (!oracle.lossy) {
      count(step);
    }
    for (int i = 0; i < group.length(); i++) {
      int at = i * Float.BYTES;
      float m = oracle.momentum * momentum.getFloat(at) + (float) scale * gradient.getFloat(at);
      momentum.putFloat(at, m);
      parameters.putFloat(at, parameters.getFloat(at) - Oracle.RATE * m);
    }
    if (!oracle.mayDiverge
        && (!oracle.exact || step + 1 == oracle.steps)
        && !oracle.holds(group, step + 1, new Floats(parameters))) {
      throw broken(
          oracle.lossy ? Invariant.REPLICAS_AGREE : Invariant.GROUPS_ARE_THOSE_OF_A_QUIET_RUN,
          "is wrong after step " + step);
    }
    watcher.holds(group.index(), step + 1, bits());
  }

  /** Stands for the bits of its parameters, where those of other servers must be the same. */
  int bits() {
    int bits = 0;
    for (int i = 0; oracle.mayDiverge && i < group.length(); i++) {
      bits = 31 * bits + parameters.getInt(i * Float.BYTES);
    }
    return bits;
  }

  /** Whether it has the parameters and the state before a step, as far as that can be told. */
  boolean holds(long step) {
    if (oracle.exact || oracle.lossy) {
      return true;
    }
    float[] moments = oracle.moments.get((int) step);
    for (int i = 0; i < group.length(); i++) {
      if (momentum.getFloat(i * Float.BYTES) != moments[(int) group.offset() + i]) {
        return false;
      }
    }
    return oracle.holds(group, step, new Floats(parameters));
  }

  /** Every slot counts once in every step, or, where slots are streams, not more than it has. */
  private void count(long step) {
    int examples = oracle.exact ? averaged : oracle.slots.examplesInStep(step);
    int[] counts = oracle.counted(group, examples, new Floats(gradient));
    for (int slot = 0; slot < counts.length; slot++) {
      int now = counted(slot) + counts[slot];
      tally.putInt(slot * Integer.BYTES, now);
      if (oracle.exact && step + 1 < oracle.steps
          ? now > oracle.steps
          : now != oracle.updatesBefore(step + 1)) {
        throw broken(
            Invariant.SLOTS_COUNT_ONCE,
            "has counted slot " + slot + " " + now + " times after step " + step);
      }
    }
  }

  private InvariantBroken broken(Invariant which, String what) {
    return new InvariantBroken(which, owner + ": group " + group.index() + " " + what);
  }

  @Override
  public void close() {
    watcher.drops(group.index());
  }
}
