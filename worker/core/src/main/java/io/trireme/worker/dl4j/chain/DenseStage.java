package io.trireme.worker.dl4j.chain;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code relu(x W + b)} or {@code x W + b}, with the orders and the BLAS calls of DL4J's layer. */
final class DenseStage implements ChainStage {
  private final boolean relu;
  private final int examples;
  private final int width;
  private final INDArray columns;
  private final INDArray output;
  private final INDArray outputError;
  private final INDArray bias;
  private final INDArray biasGradient;
  private final PreparedOp product;
  private final PreparedOp weightGradient;
  private final @Nullable PreparedOp inputGradient;
  private final float[] sums;

  /**
   * A stage over a layer's own parameters and gradients.
   *
   * @param layer a dense or output layer with bias
   * @param input {@code [examples, inputs]} in 'c' order
   * @param inputError receives the error of the input, in the same shape and order; null if it is
   *     not asked for
   */
  DenseStage(Layer layer, INDArray input, @Nullable INDArray inputError, boolean relu) {
    INDArray weights = layer.getParam(DefaultParamInitializer.WEIGHT_KEY);
    this.relu = relu;
    this.examples = Math.toIntExact(input.size(0));
    this.width = Math.toIntExact(weights.size(1));
    this.bias = layer.getParam(DefaultParamInitializer.BIAS_KEY);
    this.biasGradient = ChainArrays.gradient(layer, DefaultParamInitializer.BIAS_KEY);
    this.columns = Nd4j.createUninitialized(new long[] {examples, width}, 'f');
    this.output = Nd4j.createUninitialized(new long[] {examples, width}, 'c');
    this.outputError = Nd4j.createUninitialized(new long[] {examples, width}, 'c');
    this.product = PreparedOp.matmul(input, false, weights, columns);
    this.weightGradient =
        PreparedOp.matmul(
            input,
            true,
            outputError,
            ChainArrays.gradient(layer, DefaultParamInitializer.WEIGHT_KEY));
    this.inputGradient =
        inputError == null
            ? null
            : PreparedOp.matmul(weights, false, outputError.transpose(), inputError.transpose());
    this.sums = new float[width];
  }

  /** The output, {@code [examples, width]} in 'c' order. */
  INDArray output() {
    return output;
  }

  /** Where the stage after writes the error of the output. */
  INDArray outputError() {
    return outputError;
  }

  @Override
  public void forward() {
    product.run();
    RowKernels.addBias(
        ChainArrays.address(columns),
        ChainArrays.address(bias),
        ChainArrays.address(output),
        examples,
        width,
        relu);
  }

  @Override
  public void backward() {
    long error = ChainArrays.address(outputError);
    if (relu) {
      RowKernels.maskByActivation(ChainArrays.address(output), error, examples * width);
    }
    RowKernels.sumColumns(error, examples, sums, ChainArrays.address(biasGradient));
    if (inputGradient != null) {
      inputGradient.run();
    }
    weightGradient.run();
  }

  @Override
  public void close() {
    product.close();
    weightGradient.close();
    if (inputGradient != null) {
      inputGradient.close();
    }
    columns.close();
    output.close();
    outputError.close();
  }
}
