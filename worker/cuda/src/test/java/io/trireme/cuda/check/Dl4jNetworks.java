package io.trireme.cuda.check;

import io.trireme.cuda.spec.ChainSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The networks of {@link Networks} as DL4J's. */
public final class Dl4jNetworks {
  private Dl4jNetworks() {}

  /**
   * What DL4J computes over {@link Numbers}' minibatch: the gradient in double precision, and how
   * far DL4J's own float gradient is from it.
   */
  public static Fixture fixture(String name, int examples) {
    Model model = model(name, DataType.DOUBLE);
    double[] truth = gradient(model, name, examples, DataType.DOUBLE).data().asDouble();
    double[] single =
        gradient(model(name, DataType.FLOAT), name, examples, DataType.FLOAT).data().asDouble();
    double difference = 0;
    double length = 0;
    for (int i = 0; i < truth.length; i++) {
      difference += (single[i] - truth[i]) * (single[i] - truth[i]);
      length += truth[i] * truth[i];
    }
    return new Fixture(
        new Fixture.Minibatch(examples, model.score() * examples),
        Math.sqrt(difference / length),
        "",
        Nd4j.createFromArray(truth).data().asFloat());
  }

  private static INDArray gradient(Model model, String name, int examples, DataType type) {
    ChainSpec spec = Networks.of(name);
    INDArray x = array(b -> numbers(b, spec, examples), examples * spec.input().length(), type);
    INDArray y =
        array(
            b -> {
              Numbers.labels(b, spec, examples);
              return b;
            },
            examples * spec.outputs(),
            type);
    INDArray p =
        array(
            b -> {
              Numbers.parameters(b, spec);
              return b;
            },
            (int) spec.parameters(),
            type);
    if (model.numParams() != spec.parameters()) {
      throw new IllegalStateException(
          name + ": DL4J has " + model.numParams() + " parameters, not " + spec.parameters());
    }
    INDArray features =
        spec.input().plane() == 1
            ? x.reshape(examples, spec.input().length())
            : x.reshape(
                examples, spec.input().channels(), spec.input().height(), spec.input().width());
    INDArray labels = y.reshape(examples, spec.outputs());
    model.setParams(p.reshape(1, p.length()));
    INDArray gradient;
    if (model instanceof MultiLayerNetwork net) {
      net.setInput(features);
      net.setLabels(labels);
      net.computeGradientAndScore();
      gradient = net.getFlattenedGradients();
    } else {
      ComputationGraph net = (ComputationGraph) model;
      net.setInputs(features);
      net.setLabels(labels);
      net.computeGradientAndScore();
      gradient = net.getFlattenedGradients();
    }
    return gradient.reshape(gradient.length()).dup();
  }

  private static ByteBuffer numbers(ByteBuffer b, ChainSpec spec, int examples) {
    Numbers.features(b, spec, examples);
    return b;
  }

  private static INDArray array(
      Function<ByteBuffer, ByteBuffer> writer, int length, DataType type) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * length).order(ByteOrder.nativeOrder());
    float[] values = new float[length];
    writer.apply(buffer).asFloatBuffer().get(values);
    return Nd4j.createFromArray(values).castTo(type);
  }

  private static Model model(String name, DataType type) {
    return switch (name) {
      case "mlp" -> mlp(type);
      case "lenet" -> lenet(type);
      case "cnn" -> cnn(type);
      case "resnet" -> resnet(type);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static NeuralNetConfiguration.Builder builder(DataType type) {
    return new NeuralNetConfiguration.Builder().seed(7).dataType(type).activation(Activation.RELU);
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static MultiLayerNetwork init(NeuralNetConfiguration.ListBuilder list) {
    MultiLayerNetwork net = new MultiLayerNetwork(list.build());
    net.init();
    return net;
  }

  private static SubsamplingLayer halve() {
    return new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build();
  }

  private static Model mlp(DataType type) {
    return init(
        builder(type)
            .list()
            .layer(new DenseLayer.Builder().nOut(512).build())
            .layer(output())
            .setInputType(InputType.feedForward(784)));
  }

  private static Model lenet(DataType type) {
    return init(
        builder(type)
            .list()
            .layer(new ConvolutionLayer.Builder(5, 5).nOut(20).build())
            .layer(halve())
            .layer(new ConvolutionLayer.Builder(5, 5).nOut(50).build())
            .layer(halve())
            .layer(new DenseLayer.Builder().nOut(500).build())
            .layer(output())
            .setInputType(InputType.convolutional(28, 28, 1)));
  }

  private static Model cnn(DataType type) {
    return init(
        builder(type)
            .list()
            .layer(same(32, 3, 1, true, Activation.TANH))
            .layer(new BatchNormalization())
            .layer(
                new SubsamplingLayer.Builder(PoolingType.MAX)
                    .kernelSize(3, 3)
                    .stride(2, 2)
                    .convolutionMode(ConvolutionMode.Same)
                    .build())
            .layer(same(64, 3, 1, true, Activation.RELU))
            .layer(
                new SubsamplingLayer.Builder(PoolingType.AVG).kernelSize(2, 2).stride(2, 2).build())
            .layer(new ConvolutionLayer.Builder(3, 3).stride(2, 2).padding(1, 1).nOut(64).build())
            .layer(new DenseLayer.Builder().nOut(128).activation(Activation.GELU).build())
            .layer(output())
            .setInputType(InputType.convolutional(32, 32, 3)));
  }

  private static ConvolutionLayer same(
      int maps, int size, int stride, boolean biased, Activation activation) {
    return new ConvolutionLayer.Builder(size, size)
        .stride(stride, stride)
        .convolutionMode(ConvolutionMode.Same)
        .nOut(maps)
        .hasBias(biased)
        .activation(activation)
        .build();
  }

  private static Model resnet(DataType type) {
    GraphBuilder g =
        builder(type)
            .graphBuilder()
            .addInputs("in")
            .addLayer("conv", same(16, 3, 1, false, Activation.IDENTITY), "in")
            .addLayer("norm", new BatchNormalization(), "conv")
            .addLayer("relu", new ActivationLayer(Activation.RELU), "norm");
    String last = "relu";
    for (int stage = 0; stage < 3; stage++) {
      for (int block = 0; block < 3; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        last = block(g, "s" + stage + "b" + block, last, 16 << stage, stride);
      }
    }
    g.addLayer(
            "mean",
            new SubsamplingLayer.Builder(PoolingType.AVG).kernelSize(8, 8).stride(8, 8).build(),
            last)
        .addLayer("out", output(), "mean")
        .setOutputs("out")
        .setInputTypes(InputType.convolutional(32, 32, 3));
    ComputationGraph net = new ComputationGraph(g.build());
    net.init();
    return net;
  }

  private static String block(GraphBuilder g, String name, String from, int maps, int stride) {
    g.addLayer(name + "-conv1", same(maps, 3, stride, false, Activation.IDENTITY), from)
        .addLayer(name + "-norm1", new BatchNormalization(), name + "-conv1")
        .addLayer(name + "-relu1", new ActivationLayer(Activation.RELU), name + "-norm1")
        .addLayer(name + "-conv2", same(maps, 3, 1, false, Activation.IDENTITY), name + "-relu1")
        .addLayer(name + "-norm2", new BatchNormalization(), name + "-conv2");
    String shortcut = from;
    if (stride > 1) {
      g.addLayer(name + "-conv3", same(maps, 1, stride, false, Activation.IDENTITY), from)
          .addLayer(name + "-norm3", new BatchNormalization(), name + "-conv3");
      shortcut = name + "-norm3";
    }
    g.addVertex(
            name + "-sum",
            new ElementWiseVertex(ElementWiseVertex.Op.Add),
            name + "-norm2",
            shortcut)
        .addLayer(name + "-relu2", new ActivationLayer(Activation.RELU), name + "-sum");
    return name + "-relu2";
  }
}
