package io.trireme.worker.dl4j;

import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.TrainableModel;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/** A {@code MultiLayerNetwork} or {@code ComputationGraph}; its description is DL4J's own JSON. */
public final class Dl4jModel implements TrainableModel {
  private final Dl4jNetwork network;
  private final ExampleSchema schema;
  private final Layout layout;
  private final TensorBinding binding;
  private final UnsafeBuffer parameters;

  private Dl4jModel(Dl4jNetwork network, ExampleSchema schema) {
    this.network = network;
    this.schema = schema;
    this.layout = LayoutReader.read(network);
    this.binding = TensorBinding.of(network, schema);
    this.parameters = FloatVector.bufferOf(network.model().params());
  }

  /**
   * An initialised model, whose parameters are left as they are.
   *
   * @throws BadModelException if servers cannot train it, or it does not fit the data
   */
  public static Dl4jModel of(Model model, ExampleSchema schema) {
    return new Dl4jModel(Dl4jNetwork.of(model), schema);
  }

  /** DL4J's model itself. */
  public Model model() {
    return network.model();
  }

  /** The dimensions of one example of each input as the model takes them, in its order. */
  public List<List<Integer>> inputShapes() {
    return binding.inputShapes();
  }

  /** What L1, L2 and decay of weights add to the score of the present parameters. */
  public double regularization(long step, int epoch) {
    network.position(Math.toIntExact(step), epoch);
    return network.regularization();
  }

  TensorBinding binding() {
    return binding;
  }

  @Override
  public String family() {
    return Dl4jFamily.NAME;
  }

  @Override
  public String description() {
    return network.json();
  }

  @Override
  public ExampleSchema schema() {
    return schema;
  }

  @Override
  public Layout layout() {
    return layout;
  }

  @Override
  public UnsafeBuffer parameters() {
    return parameters;
  }

  @Override
  public void write(OutputStream out, long step, int epoch) throws IOException {
    network.position(Math.toIntExact(step), epoch);
    ModelSerializer.writeModel(model(), out, false);
  }
}
