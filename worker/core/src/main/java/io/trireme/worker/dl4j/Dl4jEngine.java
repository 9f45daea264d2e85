package io.trireme.worker.dl4j;

import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.TensorSpec;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.worker.engine.GradientEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J on the processor, on the model's own parameters and gradient. */
final class Dl4jEngine implements GradientEngine {
  private final Dl4jNetwork network;
  private final Layout layout;
  private final TensorBinding binding;
  private final ExampleBatch batch;
  private final List<FloatVector> rows = new ArrayList<>();
  private final Map<String, FloatVector> outputs = new HashMap<>();
  private final UnsafeBuffer parameters;
  private final UnsafeBuffer gradient;
  private final @Nullable NetworkArrays[] arrays;

  /** An engine over a model, whose parameters it leaves as they are. */
  Dl4jEngine(Dl4jModel model, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity " + capacity + ", expected 1 or more");
    }
    ExampleSchema schema = model.schema();
    for (TensorSpec tensor : schema.tensors()) {
      rows.add(FloatVector.zeros(tensor.name(), (long) capacity * tensor.denseLength()));
    }
    this.network = Dl4jNetwork.of(model.model());
    this.layout = model.layout();
    this.binding = model.binding();
    this.batch =
        new ExampleBatch(schema, capacity, rows.stream().map(FloatVector::buffer).toList());
    this.parameters = FloatVector.bufferOf(model.model().params());
    this.gradient = FloatVector.bufferOf(network.gradient());
    this.arrays = new NetworkArrays[capacity + 1];
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
    NetworkArrays known = arrays(examples);
    Nd4j.getRandom().setSeed(seed);
    network.position(Math.toIntExact(step), epoch);
    network.compute(known);
    return network.model().score();
  }

  @Override
  public void predict(int examples) {
    INDArray[] predicted = network.predict(arrays(examples));
    for (int i = 0; i < predicted.length; i++) {
      TensorSpec label = batch.schema().tensors().get(binding.labels().get(i));
      INDArray array = binding.outputForm(i).swapped(predicted[i]);
      INDArray rowByRow = isRowByRow(array) ? array : array.dup('c');
      int lengthBytes = examples * label.denseLength() * Float.BYTES;
      output(label).putBytes(0, FloatVector.bufferOf(rowByRow), 0, lengthBytes);
    }
  }

  private static boolean isRowByRow(INDArray array) {
    return array.ordering() == 'c' && !array.isView() && array.elementWiseStride() == 1;
  }

  @Override
  public DirectBuffer output(String label) {
    return output(batch.schema().tensor(label));
  }

  private MutableDirectBuffer output(TensorSpec label) {
    return outputs
        .computeIfAbsent(
            label.name(),
            name -> FloatVector.zeros(name, (long) batch.capacity() * label.denseLength()))
        .buffer();
  }

  private NetworkArrays arrays(int examples) {
    if (examples < 1 || examples > batch.capacity()) {
      throw new IllegalArgumentException(
          "examples: "
              + examples
              + ", expected 1 to "
              + batch.capacity()
              + ", the engine's capacity");
    }
    NetworkArrays known = arrays[examples];
    if (known == null) {
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        known = binding.arrays(rows, examples);
      }
      arrays[examples] = known;
    }
    return known;
  }

  @Override
  public void close() {
    network.close();
    Arrays.fill(arrays, null);
    rows.forEach(FloatVector::close);
    outputs.values().forEach(FloatVector::close);
    parameters.wrap(new byte[0]);
    gradient.wrap(new byte[0]);
  }
}
