package io.trireme.worker.local;

import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.kernels.optimizer.UpdaterJson;
import io.trireme.worker.engine.GradientEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * The smallest model with all that matters: a weight w, a statistic s, examples x. The loss is (w -
 * x)^2 / 2, its gradient w - x; the statistic is a running mean that a batch pulls half way to its
 * own. Computations can be counted and looked at.
 */
final class PullEngine implements GradientEngine {

  /** One computation. */
  record Call(List<Float> examples, long step, int epoch, long seed, float weight) {}

  private final Layout layout;
  private final ExampleBatch batch;
  private final UnsafeBuffer parameters = floats(2);
  private final UnsafeBuffer gradient = floats(2);
  private final List<Call> calls = new ArrayList<>();

  PullEngine(IUpdater updater, int capacity) {
    this.layout =
        new Layout(
            2,
            List.of(
                segment("0_w", 0, SegmentKind.WEIGHT, updater),
                segment("0_s", 1, SegmentKind.STATISTIC, new NoOp())),
            List.of(new LayerSpan("0", 0, 2, GradientNormalization.None, 1)),
            true);
    this.batch =
        new ExampleBatch(
            new ExampleSchema(
                List.of(
                    new TensorSpec("x", Role.FEATURE, ElementType.FLOAT32, List.of(), 0, 1),
                    new TensorSpec("y", Role.LABEL, ElementType.FLOAT32, List.of(), 0, 1))),
            capacity,
            List.of(floats(capacity), floats(capacity)));
  }

  private static Segment segment(String name, long offset, SegmentKind kind, IUpdater updater) {
    return new Segment(
        name, 0, offset, 1, List.of(1L), 'c', kind, UpdaterJson.ofUpdater(updater), List.of());
  }

  private static UnsafeBuffer floats(int count) {
    return new UnsafeBuffer(
        ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder()));
  }

  PullEngine at(float weight, float statistic) {
    parameters.putFloat(0, weight);
    parameters.putFloat(Float.BYTES, statistic);
    return this;
  }

  /** Example number i is i itself. */
  static void source(long index, int row, ExampleBatch batch) {
    batch.buffer(0).putFloat(row * Float.BYTES, (float) index);
    batch.buffer(1).putFloat(row * Float.BYTES, 1);
  }

  List<Call> calls() {
    return calls;
  }

  @Override
  public Layout layout() {
    return layout;
  }

  @Override
  public ExampleBatch batch() {
    return batch;
  }

  @Override
  public MutableDirectBuffer parameters() {
    return parameters;
  }

  @Override
  public DirectBuffer gradient() {
    return gradient;
  }

  @Override
  public double compute(int examples, long step, int epoch, long seed) {
    float weight = parameters.getFloat(0);
    float statistic = parameters.getFloat(Float.BYTES);
    List<Float> seen = new ArrayList<>();
    float pull = 0;
    float sum = 0;
    double loss = 0;
    for (int i = 0; i < examples; i++) {
      float x = batch.buffer(0).getFloat(i * Float.BYTES);
      seen.add(x);
      pull += weight - x;
      sum += x;
      loss += (weight - x) * (weight - x) / 2;
    }
    gradient.putFloat(0, pull);
    gradient.putFloat(Float.BYTES, (statistic - sum / examples) / 2);
    calls.add(new Call(seen, step, epoch, seed, weight));
    return loss / examples;
  }

  @Override
  public void predict(int examples) {
    throw new UnsupportedOperationException("local steps predict nothing");
  }

  @Override
  public DirectBuffer output(String label) {
    throw new UnsupportedOperationException("local steps predict nothing");
  }

  @Override
  public void close() {}
}
