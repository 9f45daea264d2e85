package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;

/** A convolution as products whose operands are read through windows, without an unfolded copy. */
final class ConvolutionStage implements Stage {
  private final Kernels kernels;
  private final Layer.Convolution layer;
  private final Vectors vectors;
  private final Place in;
  private final Place out;
  private final Taps taps;

  ConvolutionStage(
      Kernels kernels, Layer.Convolution layer, Vectors vectors, Place in, Place out, Taps taps) {
    this.kernels = kernels;
    this.layer = layer;
    this.vectors = vectors;
    this.in = in;
    this.out = out;
    this.taps = taps;
  }

  private long weights() {
    return vectors.parameter(layer.weights());
  }

  private int depth() {
    return in.shape().channels() * layer.window().size();
  }

  @Override
  public void forward(int examples, boolean training) {
    int positions = examples * out.shape().plane();
    int relu = Kernels.reluFlag(layer.activation());
    Output to =
        Output.images(out.value(), layer.outputs(), positions, out.shape().plane())
            .biased(vectors.parameter(layer.bias()), relu | Output.BIAS_ROW);
    kernels
        .products()
        .convolve(
            "convolve",
            a -> weights(a, layer.outputs(), depth(), taps.forward()),
            a -> windows(a, positions, depth(), -1),
            depth(),
            to);
  }

  @Override
  public void backward(int examples) {
    kernels.mask(out, examples);
    gradient(examples);
    if (in.wantsError()) {
      inputError(examples);
    }
  }

  private void gradient(int examples) {
    int plane = out.shape().plane();
    int positions = examples * plane;
    boolean biased = layer.bias() != Layer.NONE;
    Output to =
        Output.gradient(
            vectors.gradientOf(layer.weights()),
            vectors.gradientOf(layer.bias()),
            layer.outputs(),
            depth());
    kernels
        .products()
        .convolveWeights(
            a ->
                a.next()
                    .field(out.error())
                    .field(layer.outputs())
                    .field(layer.outputs() * plane)
                    .divisor(plane),
            a -> windows(a, positions, depth(), biased ? depth() : -1),
            depth() + (biased ? 1 : 0),
            positions,
            to);
  }

  private void inputError(int examples) {
    Shape shape = in.shape();
    Window window = layer.window();
    int positions = examples * shape.plane();
    boolean strided = window.stride().y() > 1 || window.stride().x() > 1;
    int deep = layer.outputs() * window.size();
    Output to =
        Output.images(in.error(), shape.channels(), positions, shape.plane()).into(in.target());
    kernels
        .products()
        .convolve(
            strided ? "convolveStrided" : "convolve",
            a -> weights(a, shape.channels(), window.size(), taps.backward()),
            a -> errors(a, positions, deep, strided),
            deep,
            to);
  }

  private void weights(Arguments a, int rows, int pitch, long table) {
    a.next().field(weights()).field(table).field(rows).field(pitch);
  }

  /** The input's windows, one for each position of the result. */
  private void windows(Arguments a, int positions, int depth, int ones) {
    Shape shape = in.shape();
    Window window = layer.window();
    a.next().field(in.value()).field(taps.forward()).field(positions).field(depth);
    a.field(shape.height()).field(shape.width()).field(shape.length());
    a.field(window.stride().y()).field(window.stride().x());
    a.field(-window.padTop(shape.height())).field(-window.padLeft(shape.width())).field(ones);
    a.divisor(out.shape().plane()).divisor(out.shape().width());
  }

  /** The windows of errors that a position of the input takes part in. */
  private void errors(Arguments a, int positions, int depth, boolean strided) {
    Shape shape = in.shape();
    Window window = layer.window();
    a.next().field(out.error()).field(taps.backward()).field(positions).field(depth);
    a.field(out.shape().height()).field(out.shape().width()).field(out.shape().length());
    a.field(1).field(1);
    a.field(window.padTop(shape.height())).field(window.padLeft(shape.width())).field(-1);
    a.divisor(shape.plane()).divisor(shape.width());
    if (strided) {
      a.divisor(window.stride().y()).divisor(window.stride().x());
    }
  }
}
