package io.trireme.worker.dl4j;

import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.InputFacts;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A {@code MultiLayerNetwork} or {@code ComputationGraph} with one input and one output. */
public final class Dl4jEngine implements GradientEngine {
  private final Dl4jNetwork network;
  private final Layout layout;
  private final InputFacts facts;
  private final int capacity;
  private final ExampleBatch batch;
  private final long[] exampleShape;
  private final FloatVector features;
  private final FloatVector labels;
  private final FloatVector outputs;
  private final UnsafeBuffer parameters;
  private final UnsafeBuffer gradient;
  private final @Nullable Batch[] batches;

  /** Views of the first rows of inputs and labels. */
  private record Batch(INDArray features, INDArray labels) {}

  /**
   * An engine over an initialised model, whose parameters it leaves as they are.
   *
   * @param facts what the data says of its examples
   * @param capacity the most examples of one computation
   * @throws BadModelException if the model's shape does not fit the data or servers cannot train it
   */
  public Dl4jEngine(Model model, InputFacts facts, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity " + capacity + ", expected 1 or more");
    }
    this.network = Dl4jNetwork.of(model);
    this.layout = Layouts.of(model);
    this.facts = facts;
    this.capacity = capacity;
    this.exampleShape = InputShapes.of(network, facts);
    this.features = FloatVector.zeros("features", (long) capacity * facts.featureLength());
    this.labels = FloatVector.zeros("labels", (long) capacity * facts.classes());
    this.outputs = FloatVector.zeros("outputs", (long) capacity * facts.classes());
    this.batch =
        new ExampleBatch(schema(facts), capacity, List.of(features.buffer(), labels.buffer()));
    this.parameters = FloatVector.bufferOf(model.params());
    this.gradient = FloatVector.bufferOf(network.gradient());
    this.batches = new Batch[capacity + 1];
  }

  @Override
  public Layout layout() {
    return layout;
  }

  private static ExampleSchema schema(InputFacts facts) {
    return new ExampleSchema(
        List.of(
            new TensorSpec(
                "image",
                Role.FEATURE,
                ElementType.UINT8,
                List.of(facts.channels(), facts.height(), facts.width()),
                0,
                1),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), facts.classes(), 1)));
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
    Batch batch = batch(examples);
    Nd4j.getRandom().setSeed(seed);
    network.position(Math.toIntExact(step), epoch);
    network.compute(batch.features(), batch.labels());
    return network.model().score();
  }

  @Override
  public void predict(int examples) {
    INDArray output = network.output(batch(examples).features());
    int length = examples * facts.classes() * Float.BYTES;
    INDArray rows = output.ordering() == 'c' && !output.isView() ? output : output.dup('c');
    outputs.buffer().putBytes(0, FloatVector.bufferOf(rows), 0, length);
  }

  @Override
  public DirectBuffer output(String label) {
    return outputs.buffer();
  }

  private Batch batch(int examples) {
    if (examples < 1 || examples > capacity) {
      throw new IllegalArgumentException(
          "examples: " + examples + ", expected 1 to " + capacity + ", the engine's capacity");
    }
    Batch batch = batches[examples];
    if (batch == null) {
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        batch =
            new Batch(
                features
                    .view(0, (long) examples * facts.featureLength())
                    .reshape('c', InputShapes.batchOf(examples, exampleShape)),
                labels
                    .view(0, (long) examples * facts.classes())
                    .reshape('c', examples, facts.classes()));
      }
      batches[examples] = batch;
    }
    return batch;
  }

  @Override
  public void close() {
    network.close();
    Arrays.fill(batches, null);
    features.close();
    labels.close();
    outputs.close();
    parameters.wrap(new byte[0]);
    gradient.wrap(new byte[0]);
  }
}
