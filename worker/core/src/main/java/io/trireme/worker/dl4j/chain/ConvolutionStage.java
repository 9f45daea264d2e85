package io.trireme.worker.dl4j.chain;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A 2-D convolution with bias and no activation, by oneDNN, pixel by pixel (NHWC): the layout in
 * which oneDNN's forward kernel works, so that nothing is reordered around it.
 *
 * <p>Where the error of the input is not asked for (the first layer), oneDNN's backward-data pass,
 * which costs several times the rest, is avoided: the weight gradient of a convolution of {@code x}
 * is that of a transposed convolution of the error with {@code x} in the role of the output's
 * error, computed by the same oneDNN kernel.
 */
final class ConvolutionStage implements ChainStage {
  private static final int OIHW = 1;
  private static final int NHWC = 1;

  private final INDArray output;
  private final INDArray outputError;
  private final INDArray biasGradient;
  private final PreparedOp product;
  private final PreparedOp gradients;
  private final @Nullable INDArray unused;
  private final int pixels;
  private final float[] sums;

  /**
   * A stage over a layer's own parameters and gradients.
   *
   * @param input {@code [examples, rows, columns, channels]} in 'c' order
   * @param inputError receives the error of the input, in the same shape and order; null if it is
   *     not asked for
   */
  ConvolutionStage(
      Layer layer, ConvolutionLayer conf, INDArray input, @Nullable INDArray inputError) {
    INDArray weights = layer.getParam(ConvolutionParamInitializer.WEIGHT_KEY);
    INDArray bias = flat(layer.getParam(ConvolutionParamInitializer.BIAS_KEY));
    INDArray weightGradient = ChainArrays.gradient(layer, ConvolutionParamInitializer.WEIGHT_KEY);
    this.biasGradient = flat(ChainArrays.gradient(layer, ConvolutionParamInitializer.BIAS_KEY));
    long[] shape = {
      input.size(0), extent(conf, 0, input.size(1)), extent(conf, 1, input.size(2)), weights.size(0)
    };
    this.output = Nd4j.createUninitialized(shape, 'c');
    this.outputError = Nd4j.createUninitialized(shape, 'c');
    this.pixels = Math.toIntExact(shape[0] * shape[1] * shape[2]);
    this.sums = new float[Math.toIntExact(shape[3])];
    long[] arguments = arguments(conf);
    this.product =
        new PreparedOp("conv2d", arguments, List.of(input, weights, bias), List.of(output));
    if (inputError != null) {
      this.unused = null;
      this.gradients =
          new PreparedOp(
              "conv2d_bp",
              arguments,
              List.of(input, weights, bias, outputError),
              List.of(inputError, weightGradient, biasGradient));
    } else {
      this.unused = Nd4j.createUninitialized(shape, 'c');
      this.gradients =
          new PreparedOp(
              "deconv2d_bp",
              arguments,
              List.of(outputError, weights, input),
              List.of(unused, weightGradient));
    }
  }

  private static INDArray flat(INDArray row) {
    return row.reshape(row.length());
  }

  private static long extent(ConvolutionLayer conf, int side, long length) {
    return (length + 2L * conf.getPadding()[side] - conf.getKernelSize()[side])
            / conf.getStride()[side]
        + 1;
  }

  private static long[] arguments(ConvolutionLayer conf) {
    int[] kernel = conf.getKernelSize();
    int[] stride = conf.getStride();
    int[] padding = conf.getPadding();
    return new long[] {
      kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1], 1, 1, 0, NHWC, OIHW
    };
  }

  /** The output, {@code [examples, rows, columns, channels]} in 'c' order. */
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
  }

  @Override
  public void backward() {
    gradients.run();
    if (unused != null) {
      RowKernels.sumColumns(
          ChainArrays.address(outputError), pixels, sums, ChainArrays.address(biasGradient));
    }
  }

  @Override
  public void close() {
    product.close();
    gradients.close();
    output.close();
    outputError.close();
    if (unused != null) {
      unused.close();
    }
  }
}
