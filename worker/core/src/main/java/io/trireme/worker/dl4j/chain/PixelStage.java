package io.trireme.worker.dl4j.chain;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Turns images of several planes into pixels with their channels side by side. */
final class PixelStage implements ChainStage {
  private final INDArray pixels;
  private final INDArray output;

  /**
   * A stage.
   *
   * @param planes {@code [examples, channels, rows, columns]}
   */
  PixelStage(INDArray planes) {
    this.pixels = planes.permute(0, 2, 3, 1);
    this.output = pixels.dup('c');
  }

  /** The output, {@code [examples, rows, columns, channels]} in 'c' order. */
  INDArray output() {
    return output;
  }

  @Override
  public void forward() {
    output.assign(pixels);
  }

  /** Nothing: the error of the network's input is not asked for. */
  @Override
  public void backward() {}

  @Override
  public void close() {
    output.close();
  }
}
