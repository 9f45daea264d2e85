package io.trireme.worker.dl4j;

import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.GradientEngine;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks for tests, over images of 6x6x1 and three classes. */
final class Nets {
  static final int FEATURES = 36;
  static final int CLASSES = 3;
  static final ExampleSchema SCHEMA = images(1, 6, 6, CLASSES);

  private Nets() {}

  /** Images and one class each. */
  static ExampleSchema images(int channels, int height, int width, int classes) {
    return new ExampleSchema(
        List.of(
            new TensorSpec(
                "image",
                Role.FEATURE,
                ElementType.UINT8,
                List.of(channels, height, width),
                0,
                1 / 255f),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), classes, 1)));
  }

  /** An engine over a network on {@link #SCHEMA}. */
  static GradientEngine engine(Model model, int capacity) {
    return Dl4jModel.of(model, SCHEMA).engine(EngineProvider.CPU, capacity);
  }

  static Layout layout(Model model) {
    return LayoutReader.read(Dl4jNetwork.of(model));
  }

  static NeuralNetConfiguration.Builder builder(Consumer<NeuralNetConfiguration.Builder> global) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder().seed(11).activation(Activation.TANH);
    global.accept(builder);
    return builder;
  }

  static OutputLayer.Builder output() {
    return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
        .nOut(3)
        .activation(Activation.SOFTMAX);
  }

  /** 36-13-3: lengths that no vector width divides. */
  static MultiLayerNetwork dense(Consumer<NeuralNetConfiguration.Builder> global) {
    return init(
        builder(global)
            .list()
            .layer(new DenseLayer.Builder().nOut(13).build())
            .layer(output().build())
            .setInputType(InputType.feedForward(36)));
  }

  /** Convolution, batch normalisation, pooling, dropout, dense. */
  static MultiLayerNetwork convolutional(Consumer<NeuralNetConfiguration.Builder> global) {
    return init(
        builder(global)
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(5).build())
            .layer(new BatchNormalization())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(new DenseLayer.Builder().nOut(7).dropOut(0.8).build())
            .layer(output().build())
            .setInputType(InputType.convolutionalFlat(6, 6, 1)));
  }

  /** The same as a graph. */
  static ComputationGraph graph(Consumer<NeuralNetConfiguration.Builder> global) {
    ComputationGraph graph =
        new ComputationGraph(
            builder(global)
                .graphBuilder()
                .addInputs("in")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(5).build(), "in")
                .addLayer("norm", new BatchNormalization(), "conv")
                .addLayer("dense", new DenseLayer.Builder().nOut(7).dropOut(0.8).build(), "norm")
                .addLayer("out", output().build(), "dense")
                .setOutputs("out")
                .setInputTypes(InputType.convolutionalFlat(6, 6, 1))
                .build());
    graph.init();
    return graph;
  }

  static MultiLayerNetwork init(NeuralNetConfiguration.ListBuilder list) {
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }
}
