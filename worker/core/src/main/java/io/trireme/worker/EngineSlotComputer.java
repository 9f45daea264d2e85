package io.trireme.worker;

import io.trireme.common.slots.Seeds;
import io.trireme.common.slots.SlotPlan;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.SlotSums;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a slot's examples in the epoch's seeded order into the engine's input and computes their
 * gradient.
 */
public final class EngineSlotComputer implements SlotComputer {

  private final GradientEngine engine;
  private final EpochInput input;
  private final SlotPlan plan;
  private final long jobSeed;
  private final @Nullable Sums sums;

  /** A computer over an engine and a source that it does not own. */
  public EngineSlotComputer(
      GradientEngine engine, EpochInput.Source examples, SlotPlan plan, long jobSeed) {
    this.engine = engine;
    this.input = new EpochInput(engine, examples, plan.examples(), jobSeed);
    this.plan = plan;
    this.jobSeed = jobSeed;
    SlotSums ofEngine = engine.slotSums();
    this.sums = ofEngine == null ? null : new EngineSums(ofEngine);
  }

  @Override
  public double compute(long step, int slot) {
    int count = load(step, slot);
    return engine.compute(count, step, plan.epochOf(step), Seeds.ofSlot(jobSeed, step, slot));
  }

  private int load(long step, int slot) {
    int count = plan.examplesInSlot(step, slot);
    input.load(plan.epochOf(step), plan.firstOfStep(step) + plan.offsetOfSlot(step, slot), count);
    return count;
  }

  @Override
  public @Nullable Sums sums() {
    return sums;
  }

  /** Loads slots for an engine that sums them. */
  private final class EngineSums implements Sums {
    private final SlotSums of;

    EngineSums(SlotSums of) {
      this.of = of;
    }

    @Override
    public void start(int slots) {
      of.start(slots);
    }

    @Override
    public double add(long step, int slot) {
      int count = load(step, slot);
      return of.add(count, step, plan.epochOf(step), Seeds.ofSlot(jobSeed, step, slot));
    }

    @Override
    public void addEmpty() {
      of.addEmpty();
    }

    @Override
    public DirectBuffer finish() {
      of.finish();
      return engine.gradient();
    }
  }

  @Override
  public DirectBuffer gradient() {
    return engine.gradient();
  }
}
