package io.trireme.worker.dl4j.chain;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ReLU and max pooling of a convolution's output; see {@link PoolKernel}. */
final class PoolStage implements ChainStage {
  private final PoolKernel kernel;
  private final int examples;
  private final INDArray input;
  private final INDArray inputError;
  private final INDArray output;
  private final INDArray outputError;
  private final byte[] chosen;

  /**
   * A stage.
   *
   * @param input {@code [examples, rows, columns, channels]} in 'c' order
   * @param inputError receives the error of the input, in the same shape and order
   */
  PoolStage(PoolKernel kernel, INDArray input, INDArray inputError) {
    this.kernel = kernel;
    this.examples = Math.toIntExact(input.size(0));
    this.input = input;
    this.inputError = inputError;
    long[] shape =
        kernel.planar()
            ? new long[] {examples, kernel.pooledLength()}
            : new long[] {examples, kernel.pooledRows(), kernel.pooledColumns(), kernel.channels()};
    this.output = Nd4j.createUninitialized(shape, 'c');
    this.outputError = Nd4j.createUninitialized(shape, 'c');
    this.chosen = new byte[Math.multiplyExact(examples, kernel.pooledLength())];
  }

  /** The output: flat examples if the kernel is planar, else pixel by pixel. */
  INDArray output() {
    return output;
  }

  /** Where the stage after writes the error of the output. */
  INDArray outputError() {
    return outputError;
  }

  @Override
  public void forward() {
    kernel.forward(examples, ChainArrays.address(input), ChainArrays.address(output), chosen);
  }

  @Override
  public void backward() {
    kernel.backward(
        examples, ChainArrays.address(outputError), chosen, ChainArrays.address(inputError));
  }

  @Override
  public void close() {
    output.close();
    outputError.close();
  }
}
