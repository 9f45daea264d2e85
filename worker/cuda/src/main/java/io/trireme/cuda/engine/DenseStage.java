package io.trireme.cuda.engine;

import io.trireme.cuda.engine.Products.Form;
import io.trireme.cuda.engine.Products.Matrix;
import io.trireme.cuda.spec.Layer;

/** A dense layer: results are rows of examples, or of the positions of their sequences. */
final class DenseStage implements Stage {
  private final Kernels kernels;
  private final Layer.Dense layer;
  private final Vectors vectors;
  private final Place in;
  private final Place out;
  private final int positions;
  private final int inputs;

  /**
   * A layer's stage.
   *
   * @param positions rows an example
   */
  DenseStage(
      Kernels kernels, Layer.Dense layer, Vectors vectors, Place in, Place out, int positions) {
    this.kernels = kernels;
    this.layer = layer;
    this.vectors = vectors;
    this.in = in;
    this.out = out;
    this.positions = positions;
    this.inputs = in.shape().length() / positions;
  }

  @Override
  public void forward(int examples, boolean training) {
    int rows = examples * positions;
    Matrix x = new Matrix(in.value(), rows, inputs, 1, -1);
    Matrix w = new Matrix(vectors.parameter(layer.weights()), layer.outputs(), inputs, 1, -1);
    Output to =
        Output.matrix(out.value(), rows, layer.outputs())
            .biased(vectors.parameter(layer.bias()), Kernels.reluFlag(layer.activation()));
    kernels.products().multiply(Form.NT, x, w, layer.outputs(), inputs, to);
  }

  @Override
  public void backward(int examples) {
    kernels.mask(out, examples);
    int rows = examples * positions;
    int outputs = layer.outputs();
    boolean biased = layer.bias() != Layer.NONE;
    Matrix error = new Matrix(out.error(), outputs, 1, outputs, -1);
    Matrix x = new Matrix(in.value(), inputs, 1, inputs, biased ? inputs : -1);
    Output gradient =
        Output.gradient(
            vectors.gradientOf(layer.weights()), vectors.gradientOf(layer.bias()), outputs, inputs);
    kernels.products().multiply(Form.TN, error, x, inputs + (biased ? 1 : 0), rows, gradient);
    if (in.wantsError()) {
      Matrix errors = new Matrix(out.error(), rows, outputs, 1, -1);
      Matrix w = new Matrix(vectors.parameter(layer.weights()), inputs, 1, inputs, -1);
      Output to = Output.matrix(in.error(), rows, inputs).into(in.target());
      kernels.products().multiply(Form.NN, errors, w, inputs, outputs, to);
    }
  }
}
