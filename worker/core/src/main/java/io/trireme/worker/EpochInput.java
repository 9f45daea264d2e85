package io.trireme.worker;

import io.trireme.data.ExampleOrder;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.worker.engine.GradientEngine;

/** Writes examples, in an epoch's seeded order, into an engine's input. */
public final class EpochInput {

  /** Where examples come from: {@link io.trireme.data.shard.ExampleReader#read}. */
  public interface Source {
    /** Writes one example into a row of a batch. */
    void read(long index, int row, ExampleBatch batch);
  }

  private final ExampleBatch batch;
  private final Source source;
  private final long examples;
  private final long jobSeed;
  private ExampleOrder order;
  private int orderEpoch;

  /** Input of an engine from a source of {@code examples} examples, neither of which it owns. */
  public EpochInput(GradientEngine engine, Source source, long examples, long jobSeed) {
    this.batch = engine.batch();
    this.source = source;
    this.examples = examples;
    this.jobSeed = jobSeed;
    this.order = ExampleOrder.ofEpoch(examples, jobSeed, 0);
  }

  /**
   * Fills the first rows of the engine's input.
   *
   * @param epoch the epoch, from 0
   * @param first position in the epoch's order of the first example
   * @param count number of examples, at most the engine's capacity
   */
  public void load(int epoch, long first, int count) {
    if (epoch != orderEpoch) {
      order = ExampleOrder.ofEpoch(examples, jobSeed, epoch);
      orderEpoch = epoch;
    }
    for (int i = 0; i < count; i++) {
      source.read(order.at(first + i), i, batch);
    }
  }
}
