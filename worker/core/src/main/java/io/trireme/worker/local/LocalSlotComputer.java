package io.trireme.worker.local;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.slots.Seeds;
import io.trireme.common.slots.SlotPlan;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.kernels.sum.GlobalNorm;
import io.trireme.worker.EpochInput;
import io.trireme.worker.SlotComputer;
import io.trireme.worker.engine.GradientEngine;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes the local steps of one slot in one round, and gives what they changed.
 *
 * <p>The steps begin at the engine's parameters, which are the round's, and the engine has them
 * again afterwards. Each is a step of the job's own optimizer, normalisation, regularisation and
 * clipping by global norm included, over one consecutive part of the slot's examples; there are as
 * many as {@link LocalRounds#stepsInRound} says, less those that find no example.
 *
 * <p>The optimizer begins anew in each slot of each round, so that a round is a function of the
 * parameters, the round and the slot alone, and not of who computed what before. Its moments and
 * their correction of bias therefore count from the round's start. Schedules, dropout and all else
 * that counts steps see {@link LocalRounds#firstStep} plus the local step: the step of {@code bsp}
 * before which as many examples were used. A schedule of Nesterov's momentum, which only a DL4J
 * configuration can have, counts from the round's start as well.
 *
 * <p>Needs memory for the updater state and three vectors of parameters beside the engine's two.
 * Not thread-safe; {@link io.trireme.kernels.memory.NativeThreads#use} belongs on the thread that
 * calls it.
 */
public final class LocalSlotComputer implements SlotComputer, AutoCloseable {

  private final GradientEngine engine;
  private final EpochInput input;
  private final LocalRounds plan;
  private final long jobSeed;
  private final double clipGlobalNorm;
  private final BlockPlan blocks;
  private final GroupOptimizer optimizer;
  private final ByteBuffer memory;
  private final UnsafeBuffer start;
  private final DeltaKernel delta;
  private final int lengthBytes;

  /**
   * A computer over an engine and a source that it does not own.
   *
   * @param engine has room for {@link LocalRounds#capacity()} examples
   * @param source the training set
   * @param plan the rounds
   * @param jobSeed the job's seed
   * @param clipGlobalNorm the largest norm of a local step's mean gradient; 0 for no clipping
   * @throws IllegalArgumentException if the engine is too small, or the vector needs 2^31 bytes
   */
  public LocalSlotComputer(
      GradientEngine engine,
      EpochInput.Source source,
      LocalRounds plan,
      long jobSeed,
      double clipGlobalNorm) {
    if (engine.capacity() < plan.capacity()) {
      throw new IllegalArgumentException(
          "the engine takes "
              + engine.capacity()
              + " examples, a local step up to "
              + plan.capacity());
    }
    this.engine = engine;
    this.input = new EpochInput(engine, source, plan.rounds().examples(), jobSeed);
    this.plan = plan;
    this.jobSeed = jobSeed;
    this.clipGlobalNorm = clipGlobalNorm;
    Layout layout = engine.layout();
    this.blocks = inOneGroup(layout);
    this.optimizer = new GroupOptimizer(layout, blocks, blocks.groups().get(0));
    this.delta = new DeltaKernel(layout);
    this.lengthBytes = optimizer.parameters().capacity();
    this.memory = ByteBuffer.allocateDirect(lengthBytes);
    this.start = new UnsafeBuffer(memory);
  }

  /** The blocks of {@code bsp}, so that a global norm adds up in the same order. */
  private static BlockPlan inOneGroup(Layout layout) {
    BlockPlan cut = BlockPlan.of(layout);
    BlockGroup all = new BlockGroup(0, 0, cut.blocks().size(), 0, layout.length());
    return new BlockPlan(
        cut.blocks().stream()
            .map(block -> new Block(block.index(), block.offset(), block.length(), 0))
            .toList(),
        List.of(all));
  }

  /**
   * Takes the slot's local steps.
   *
   * @param round the round, from 0
   * @return the mean score of the slot's examples, each as its own local step saw it
   */
  @Override
  public double compute(long round, int slot) {
    start.putBytes(0, engine.parameters(), 0, lengthBytes);
    optimizer.parameters().putBytes(0, start, 0, lengthBytes);
    optimizer.restart();
    int age = 0;
    double scoreSum = 0;
    int steps = plan.stepsInRound(round);
    for (int local = 0; local < steps; local++) {
      int offset = plan.offsetInSlot(round, slot, local);
      int count = plan.offsetInSlot(round, slot, local + 1) - offset;
      if (count > 0) {
        scoreSum += count * step(round, slot, local, offset, count, age);
        age++;
      }
    }
    engine.parameters().putBytes(0, start, 0, lengthBytes);
    SlotPlan rounds = plan.rounds();
    int examples = rounds.examplesInSlot(round, slot);
    delta.apply(
        start,
        optimizer.parameters(),
        examples,
        (double) examples * rounds.filledSlots(round) / rounds.examplesInStep(round));
    return scoreSum / examples;
  }

  private double step(long round, int slot, int local, int offset, int count, int age) {
    SlotPlan rounds = plan.rounds();
    int epoch = rounds.epochOf(round);
    long step = plan.firstStep(round) + local;
    input.load(epoch, rounds.firstOfStep(round) + rounds.offsetOfSlot(round, slot) + offset, count);
    double score = engine.compute(count, step, epoch, Seeds.ofSlot(jobSeed, step, slot));
    optimizer.gradient().putBytes(0, engine.gradient(), 0, lengthBytes);
    optimizer.average(count, 1);
    optimizer.update(step, epoch, scale(), age);
    engine.parameters().putBytes(0, optimizer.parameters(), 0, lengthBytes);
    return score;
  }

  private double scale() {
    if (clipGlobalNorm <= 0) {
      return 1;
    }
    double sum = 0;
    for (int block = 0; block < blocks.blocks().size(); block++) {
      sum += optimizer.sumOfSquares(block);
    }
    return GlobalNorm.scale(sum, clipGlobalNorm);
  }

  /**
   * What the slot changed, start minus end: of weights times the slot's examples, so that the
   * servers' division by all examples makes the weighted mean; of statistics times the slot's share
   * of the examples and the number of filled slots, by which servers divide those. Off heap; valid
   * until the next {@link #compute}.
   */
  @Override
  public DirectBuffer gradient() {
    return start;
  }

  /** Frees the memory. */
  @Override
  public void close() {
    optimizer.close();
    start.wrap(new byte[0]);
    BufferUtil.free(memory);
  }
}
