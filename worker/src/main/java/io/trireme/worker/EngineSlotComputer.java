package io.trireme.worker;

import io.trireme.common.data.ExampleOrder;
import io.trireme.common.slots.Seeds;
import io.trireme.common.slots.SlotPlan;
import io.trireme.worker.data.ExampleReader;
import io.trireme.worker.engine.GradientEngine;
import org.agrona.DirectBuffer;

/**
 * Reads a slot's examples in the epoch's seeded order into the engine's input and computes their
 * gradient.
 */
public final class EngineSlotComputer implements SlotComputer {

  private final GradientEngine engine;
  private final ExampleReader examples;
  private final SlotPlan plan;
  private final long jobSeed;
  private final int featureBytes;
  private final int labelBytes;
  private ExampleOrder order;
  private int orderEpoch;

  /** A computer over an engine and a reader that it does not own. */
  public EngineSlotComputer(
      GradientEngine engine, ExampleReader examples, SlotPlan plan, long jobSeed) {
    this.engine = engine;
    this.examples = examples;
    this.plan = plan;
    this.jobSeed = jobSeed;
    this.featureBytes = engine.featureLength() * Float.BYTES;
    this.labelBytes = engine.labelLength() * Float.BYTES;
    this.order = ExampleOrder.ofEpoch(plan.examples(), jobSeed, 0);
  }

  @Override
  public double compute(long step, int slot) {
    int epoch = plan.epochOf(step);
    if (epoch != orderEpoch) {
      order = ExampleOrder.ofEpoch(plan.examples(), jobSeed, epoch);
      orderEpoch = epoch;
    }
    long first = plan.firstOfStep(step) + plan.offsetOfSlot(step, slot);
    int count = plan.examplesInSlot(step, slot);
    for (int i = 0; i < count; i++) {
      examples.read(
          order.at(first + i),
          engine.features(),
          i * featureBytes,
          engine.labels(),
          i * labelBytes);
    }
    return engine.compute(count, step, epoch, Seeds.ofSlot(jobSeed, step, slot));
  }

  @Override
  public DirectBuffer gradient() {
    return engine.gradient();
  }
}
