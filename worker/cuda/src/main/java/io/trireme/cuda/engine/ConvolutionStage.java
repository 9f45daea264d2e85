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
    Place.Target target = in.target();
    for (Taps.Phase phase : taps.phases()) {
      inputError(phase, examples, target);
    }
  }

  private void inputError(Taps.Phase phase, int examples, Place.Target target) {
    Shape shape = in.shape();
    Window window = layer.window();
    int positions = examples * phase.height() * phase.width();
    boolean strided = window.stride().y() > 1 || window.stride().x() > 1;
    Output all = Output.images(in.error(), shape.channels(), positions, shape.plane()).into(target);
    Output to =
        strided
            ? all.strided(
                phase.y() * shape.width() + phase.x(),
                phase.height() * phase.width(),
                new Output.Steps(
                    window.stride().y() * shape.width(), window.stride().x(), phase.width()))
            : all;
    kernels
        .products()
        .convolve(
            strided ? "convolveStrided" : "convolve",
            a -> weights(a, shape.channels(), window.size(), phase.table()),
            a -> errors(a, positions, phase),
            phase.depth(),
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

  /** The windows of errors that the positions of a phase take part in. */
  private void errors(Arguments a, int positions, Taps.Phase phase) {
    Shape shape = out.shape();
    a.next().field(out.error()).field(phase.table()).field(positions).field(phase.depth());
    a.field(shape.height()).field(shape.width()).field(shape.length());
    a.field(1).field(1).field(0).field(0).field(-1);
    a.divisor(phase.height() * phase.width()).divisor(phase.width());
  }
}
