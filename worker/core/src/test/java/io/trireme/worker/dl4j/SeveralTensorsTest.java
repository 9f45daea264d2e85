package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.BlockPlan;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.GradientEngine;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Several inputs and outputs, sequences, masks and weights: the bits of DL4J's own fit(). */
class SeveralTensorsTest {
  private static final int STEPS = 5;
  private static final int WIDTH = 4;
  private static final int CLASSES = 3;

  private static final ExampleSchema TWO_AND_TWO =
      new ExampleSchema(
          List.of(
              quantity("amount", Role.LABEL, List.of()),
              quantity("right", Role.FEATURE, List.of(1, 4, 4)),
              classes("kind", List.of()),
              quantity("left", Role.FEATURE, List.of(5))));

  @Test
  void twoInputsAndTwoOutputsByName() {
    assertEqualsFit(
        SeveralTensorsTest::twoAndTwo,
        TWO_AND_TWO,
        (model, rows) ->
            ((ComputationGraph) model)
                .fit(
                    new MultiDataSet(
                        new INDArray[] {rows[3], rows[1].reshape('c', rows[1].size(0), 1, 4, 4)},
                        new INDArray[] {rows[2], rows[0]})));
  }

  @Test
  void maskedSequences() {
    assertEqualsFit(
        () -> sequences(RNNFormat.NCW),
        masked(STEPS),
        (model, rows) ->
            ((MultiLayerNetwork) model)
                .fit(
                    new DataSet(
                        timeLast(rows[0], STEPS, WIDTH),
                        timeLast(rows[1], STEPS, CLASSES),
                        rows[2],
                        rows[3])));
  }

  /** As many time steps as features, so that only the network's own format tells them apart. */
  @Test
  void maskedSequencesWithTimeFirst() {
    assertEqualsFit(
        () -> sequences(RNNFormat.NWC),
        masked(WIDTH),
        (model, rows) ->
            ((MultiLayerNetwork) model)
                .fit(
                    new DataSet(
                        rows[0].reshape('c', rows[0].size(0), WIDTH, WIDTH),
                        rows[1].reshape('c', rows[1].size(0), WIDTH, CLASSES),
                        rows[2],
                        rows[3])));
  }

  @Test
  void maskedGraphWithOneClassASequence() {
    ExampleSchema schema =
        new ExampleSchema(
            List.of(
                quantity("x", Role.FEATURE, List.of(STEPS, WIDTH)),
                classes("y", List.of()),
                quantity("x_mask", Role.MASK, List.of(STEPS))));
    assertEqualsFit(
        SeveralTensorsTest::pooled,
        schema,
        (model, rows) ->
            ((ComputationGraph) model)
                .fit(
                    new MultiDataSet(
                        new INDArray[] {timeLast(rows[0], STEPS, WIDTH)},
                        new INDArray[] {rows[1]},
                        new INDArray[] {rows[2]},
                        null)));
  }

  @Test
  void weightsOfExamples() {
    ExampleSchema schema =
        new ExampleSchema(
            List.of(
                quantity("x", Role.FEATURE, List.of(36)),
                classes("y", List.of()),
                quantity("w", Role.WEIGHT, List.of())));
    assertEqualsFit(
        () -> Nets.dense(b -> b.updater(new Adam(0.01))),
        schema,
        (model, rows) ->
            ((MultiLayerNetwork) model).fit(new DataSet(rows[0], rows[1], null, rows[2])));
  }

  @Test
  void outputsAreRowByRowInTheOrderOfTheirLabels() {
    MultiLayerNetwork network = sequences(RNNFormat.NCW);
    Dl4jModel model = Dl4jModel.of(network, masked(STEPS));
    try (GradientEngine engine = model.engine(EngineProvider.CPU, 2)) {
      Random random = new Random(4);
      for (int i = 0; i < 2 * STEPS * WIDTH; i++) {
        engine.batch().buffer(0).putFloat(i * Float.BYTES, random.nextFloat());
      }
      for (int i = 0; i < 2 * STEPS; i++) {
        engine.batch().buffer(2).putFloat(i * Float.BYTES, 1);
        engine.batch().buffer(3).putFloat(i * Float.BYTES, 1);
      }
      engine.predict(2);
      for (int at = 0; at < 2 * STEPS; at++) {
        float sum = 0;
        for (int c = 0; c < CLASSES; c++) {
          sum += engine.output("y").getFloat((at * CLASSES + c) * Float.BYTES);
        }
        assertThat(sum).isBetween(0.9999f, 1.0001f);
      }
    }
  }

  @Test
  void namesThatDifferAreRefused() {
    ExampleSchema other =
        new ExampleSchema(
            List.of(
                quantity("left", Role.FEATURE, List.of(5)),
                quantity("middle", Role.FEATURE, List.of(1, 4, 4)),
                classes("kind", List.of())));
    assertRefused(
        twoAndTwo(),
        other,
        "the model has the inputs [left, right], the data has the features [left, middle]");
  }

  @Test
  void shapesThatDifferAreRefused() {
    ExampleSchema other =
        new ExampleSchema(
            List.of(
                quantity("left", Role.FEATURE, List.of(6)),
                quantity("right", Role.FEATURE, List.of(1, 4, 4)),
                classes("kind", List.of()),
                quantity("amount", Role.LABEL, List.of())));
    assertRefused(
        twoAndTwo(), other, "examples of left [6] (6 values), right [1, 4, 4] (16 values): ");
  }

  @Test
  void masksThatMaskNothingAreRefused() {
    ExampleSchema other =
        new ExampleSchema(
            List.of(
                quantity("x", Role.FEATURE, List.of(36)),
                classes("y", List.of()),
                quantity("z_mask", Role.MASK, List.of(4))));
    assertRefused(Nets.dense(b -> b.updater(new Adam())), other, "[z_mask] belong to no feature");
  }

  @Test
  void masksOfAnotherLengthAreRefused() {
    ExampleSchema other =
        new ExampleSchema(
            List.of(
                quantity("x", Role.FEATURE, List.of(STEPS, WIDTH)),
                classes("y", List.of(STEPS)),
                quantity("x_mask", Role.MASK, List.of(STEPS + 1))));
    assertRefused(
        sequences(RNNFormat.NCW), other, "the mask x_mask has 6 values, expected 5, the first");
  }

  private static void assertRefused(Model model, ExampleSchema schema, String message) {
    assertThatThrownBy(() -> Dl4jModel.of(model, schema))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining(message);
  }

  private static void assertEqualsFit(
      Supplier<? extends Model> model, ExampleSchema schema, Replay.Fitter fitter) {
    new Replay(schema, step -> step / 3, fitter).assertEqualsFit(model, model, BlockPlan::of);
  }

  /** Rows of time by width as DL4J's default has them. */
  private static INDArray timeLast(INDArray rows, int steps, int width) {
    return rows.reshape('c', rows.size(0), steps, width).permute(0, 2, 1).dup('c');
  }

  private static ExampleSchema masked(int steps) {
    return new ExampleSchema(
        List.of(
            quantity("x", Role.FEATURE, List.of(steps, WIDTH)),
            classes("y", List.of(steps)),
            quantity("x_mask", Role.MASK, List.of(steps)),
            quantity("y_mask", Role.MASK, List.of(steps))));
  }

  private static TensorSpec quantity(String name, Role role, List<Integer> shape) {
    return new TensorSpec(name, role, ElementType.FLOAT32, shape, 0, 1);
  }

  private static TensorSpec classes(String name, List<Integer> shape) {
    return new TensorSpec(name, Role.LABEL, ElementType.INT32, shape, CLASSES, 1);
  }

  private static ComputationGraph twoAndTwo() {
    return init(
        new ComputationGraph(
            Nets.builder(b -> b.updater(new Adam(0.01)).l2(0.01))
                .graphBuilder()
                .addInputs("left", "right")
                .addLayer("dense", new DenseLayer.Builder().nOut(6).dropOut(0.8).build(), "left")
                .addLayer("conv", new ConvolutionLayer.Builder(2, 2).nOut(3).build(), "right")
                .addLayer("flat", new DenseLayer.Builder().nOut(5).build(), "conv")
                .addVertex("both", new MergeVertex(), "dense", "flat")
                .addLayer("kind", Nets.output().build(), "both")
                .addLayer(
                    "amount",
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "both")
                .setOutputs("kind", "amount")
                .setInputTypes(InputType.feedForward(5), InputType.convolutional(4, 4, 1))
                .build()));
  }

  private static ComputationGraph pooled() {
    return init(
        new ComputationGraph(
            Nets.builder(b -> b.updater(new Adam(0.01)))
                .graphBuilder()
                .addInputs("in")
                .addLayer("lstm", new LSTM.Builder().nOut(6).build(), "in")
                .addLayer("pool", new GlobalPoolingLayer(), "lstm")
                .addLayer("out", Nets.output().build(), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(WIDTH))
                .build()));
  }

  private static ComputationGraph init(ComputationGraph graph) {
    graph.init();
    return graph;
  }

  private static MultiLayerNetwork sequences(RNNFormat format) {
    return Nets.init(
        Nets.builder(b -> b.updater(new Adam(0.01)))
            .list()
            .layer(new LSTM.Builder().nOut(6).dataFormat(format).build())
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .dataFormat(format)
                    .build())
            .setInputType(InputType.recurrent(WIDTH, format)));
  }
}
