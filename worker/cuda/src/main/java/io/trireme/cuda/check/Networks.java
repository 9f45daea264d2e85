package io.trireme.cuda.check;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.Activation.Kind;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import java.util.List;

/** The networks that a card is checked with. */
public final class Networks {
  private static final Layer.Loss LOSS =
      new Layer.Loss(Layer.LossKind.SOFTMAX_CROSS_ENTROPY, 1e-10f);
  private static final Layer.Pool HALVE = new Layer.Pool(true, Window.truncate(2, 2), false);

  private Networks() {}

  /** Their names. */
  public static List<String> names() {
    return List.of("mlp", "lenet", "cnn", "resnet", "transformer");
  }

  /** The minibatch that a network is timed with: sequences are a quarter as many. */
  static int batch(String name, int examples) {
    return name.equals("transformer") ? Math.max(1, examples / 4) : examples;
  }

  /** A network by its name. */
  public static ChainSpec of(String name) {
    return switch (name) {
      case "mlp" -> mlp();
      case "lenet" -> lenet();
      case "cnn" -> cnn();
      case "resnet" -> resnet();
      case "transformer" -> Transformers.transformer();
      case "tiny" -> tiny();
      case "tinytext" -> Transformers.tiny();
      default -> throw new IllegalArgumentException("no network " + name + ", only " + names());
    };
  }

  /** Every kind of kernel over few values, for tools that make a card slow. */
  private static ChainSpec tiny() {
    Layout layout = new Layout();
    Window three = Window.same(3, 1);
    return ChainSpec.builder("tiny", Shape.image(2, 8, 8))
        .add("conv1", layout.convolution(2, 5, three, true, Activation.RELU))
        .add("norm1", layout.norm(5))
        .add("conv2", plain(layout, 5, 5, three))
        .addReading("sum1", new Layer.Add(Activation.RELU), "conv2", "conv1")
        .add("norm2", layout.norm(5))
        .addReading("sum2", new Layer.Add(Activation.RELU), "norm2", "norm1")
        .add("conv3", layout.convolution(5, 6, Window.same(3, 2), true, Activation.of(Kind.TANH)))
        .add("pool1", new Layer.Pool(true, Window.same(3, 1), false))
        .add("pool2", new Layer.Pool(false, Window.truncate(2, 2), false))
        .add("drop", new Layer.Dropout(0.8))
        .add("dense", layout.dense(24, 300, Activation.RELU))
        .add("output", layout.dense(300, 10, Activation.IDENTITY))
        .add("loss", LOSS)
        .build(layout.length());
  }

  /** 784-512-10. */
  private static ChainSpec mlp() {
    Layout layout = new Layout();
    return ChainSpec.builder("mlp", Shape.vector(784))
        .add("hidden", layout.dense(784, 512, Activation.RELU))
        .add("output", layout.dense(512, 10, Activation.IDENTITY))
        .add("loss", LOSS)
        .build(layout.length());
  }

  /** 28x28, 20 and 50 maps of 5x5, 500 units. */
  private static ChainSpec lenet() {
    Layout layout = new Layout();
    Window five = Window.truncate(5, 1);
    return ChainSpec.builder("lenet", Shape.image(1, 28, 28))
        .add("conv1", layout.convolution(1, 20, five, true, Activation.RELU))
        .add("pool1", HALVE)
        .add("conv2", layout.convolution(20, 50, five, true, Activation.RELU))
        .add("pool2", HALVE)
        .add("dense", layout.dense(800, 500, Activation.RELU))
        .add("output", layout.dense(500, 10, Activation.IDENTITY))
        .add("loss", LOSS)
        .build(layout.length());
  }

  /** 32x32x3 with normalisation, overlapping and mean pooling, tanh and GELU. */
  private static ChainSpec cnn() {
    Layout layout = new Layout();
    return ChainSpec.builder("cnn", Shape.image(3, 32, 32))
        .add("conv1", layout.convolution(3, 32, Window.same(3, 1), true, Activation.of(Kind.TANH)))
        .add("norm1", layout.norm(32))
        .add("pool1", new Layer.Pool(true, Window.same(3, 2), false))
        .add("conv2", layout.convolution(32, 64, Window.same(3, 1), true, Activation.RELU))
        .add("pool2", new Layer.Pool(false, Window.truncate(2, 2), false))
        .add("conv3", layout.convolution(64, 64, Window.padded(3, 2, 1), true, Activation.RELU))
        .add("dense", layout.dense(64 * 4 * 4, 128, Activation.of(Kind.GELU)))
        .add("output", layout.dense(128, 10, Activation.IDENTITY))
        .add("loss", LOSS)
        .build(layout.length());
  }

  /**
   * ResNet-20 for CIFAR (He et al., 2016), with convolutions as shortcuts where the size changes.
   */
  private static ChainSpec resnet() {
    Layout layout = new Layout();
    ChainSpec.Builder builder = ChainSpec.builder("resnet", Shape.image(3, 32, 32));
    builder
        .add("conv", plain(layout, 3, 16, Window.same(3, 1)))
        .add("norm", layout.norm(16))
        .add("relu", new Layer.Activate(Activation.RELU));
    String last = "relu";
    int channels = 16;
    for (int stage = 0; stage < 3; stage++) {
      for (int block = 0; block < 3; block++) {
        int maps = 16 << stage;
        int stride = stage > 0 && block == 0 ? 2 : 1;
        last = block(builder, layout, "s" + stage + "b" + block, last, channels, maps, stride);
        channels = maps;
      }
    }
    return builder
        .add("mean", new Layer.Pool(false, Window.truncate(8, 8), false))
        .add("output", layout.dense(64, 10, Activation.IDENTITY))
        .add("loss", LOSS)
        .build(layout.length());
  }

  private static String block(
      ChainSpec.Builder builder,
      Layout layout,
      String name,
      String from,
      int channels,
      int maps,
      int stride) {
    boolean shrinks = stride > 1;
    builder.addReading(
        name + "-conv1", plain(layout, channels, maps, Window.same(3, stride)), from);
    if (shrinks) {
      builder.addReading(
          name + "-conv3", plain(layout, channels, maps, Window.same(1, stride)), from);
    }
    builder.addReading(name + "-norm1", layout.norm(maps), name + "-conv1");
    if (shrinks) {
      builder.addReading(name + "-norm3", layout.norm(maps), name + "-conv3");
    }
    builder
        .addReading(name + "-relu1", new Layer.Activate(Activation.RELU), name + "-norm1")
        .add(name + "-conv2", plain(layout, maps, maps, Window.same(3, 1)))
        .add(name + "-norm2", layout.norm(maps));
    String shortcut = shrinks ? name + "-norm3" : from;
    builder
        .addReading(name + "-sum", new Layer.Add(Activation.IDENTITY), name + "-norm2", shortcut)
        .add(name + "-relu2", new Layer.Activate(Activation.RELU));
    return name + "-relu2";
  }

  private static Layer.Convolution plain(Layout layout, int channels, int maps, Window window) {
    return layout.convolution(channels, maps, window, false, Activation.IDENTITY);
  }
}
