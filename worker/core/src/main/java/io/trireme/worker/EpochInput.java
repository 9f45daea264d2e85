package io.trireme.worker;

import io.trireme.data.ExampleOrder;
import io.trireme.worker.engine.GradientEngine;
import org.agrona.MutableDirectBuffer;

/** Writes examples, in an epoch's seeded order, into an engine's input. */
public final class EpochInput {

  /** Where examples come from: {@link io.trireme.data.shard.ExampleReader#read}. */
  public interface Source {
    /** Writes features and one-hot label of one example at these offsets in bytes. */
    void read(
        long index,
        MutableDirectBuffer features,
        int featuresOffset,
        MutableDirectBuffer labels,
        int labelsOffset);
  }

  private final GradientEngine engine;
  private final Source source;
  private final long examples;
  private final long jobSeed;
  private final int featureBytes;
  private final int labelBytes;
  private ExampleOrder order;
  private int orderEpoch;

  /** Input of an engine from a source of {@code examples} examples, neither of which it owns. */
  public EpochInput(GradientEngine engine, Source source, long examples, long jobSeed) {
    this.engine = engine;
    this.source = source;
    this.examples = examples;
    this.jobSeed = jobSeed;
    this.featureBytes = engine.featureLength() * Float.BYTES;
    this.labelBytes = engine.labelLength() * Float.BYTES;
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
      source.read(
          order.at(first + i),
          engine.features(),
          i * featureBytes,
          engine.labels(),
          i * labelBytes);
    }
  }
}
