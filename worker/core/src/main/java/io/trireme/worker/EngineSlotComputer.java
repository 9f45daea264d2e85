package io.trireme.worker;

import io.trireme.common.slots.Seeds;
import io.trireme.common.slots.SlotPlan;
import io.trireme.data.shard.ExampleReader;
import io.trireme.worker.engine.GradientEngine;
import org.agrona.DirectBuffer;

/**
 * Reads a slot's examples in the epoch's seeded order into the engine's input and computes their
 * gradient.
 */
public final class EngineSlotComputer implements SlotComputer {

  private final GradientEngine engine;
  private final EpochInput input;
  private final SlotPlan plan;
  private final long jobSeed;

  /** A computer over an engine and a reader that it does not own. */
  public EngineSlotComputer(
      GradientEngine engine, ExampleReader examples, SlotPlan plan, long jobSeed) {
    this.engine = engine;
    this.input = new EpochInput(engine, examples::read, plan.examples(), jobSeed);
    this.plan = plan;
    this.jobSeed = jobSeed;
  }

  @Override
  public double compute(long step, int slot) {
    int epoch = plan.epochOf(step);
    int count = plan.examplesInSlot(step, slot);
    input.load(epoch, plan.firstOfStep(step) + plan.offsetOfSlot(step, slot), count);
    return engine.compute(count, step, epoch, Seeds.ofSlot(jobSeed, step, slot));
  }

  @Override
  public DirectBuffer gradient() {
    return engine.gradient();
  }
}
