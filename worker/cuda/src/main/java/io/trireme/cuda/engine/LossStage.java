package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;

/** The output's activation and the loss: forward it writes the error too. */
final class LossStage implements Stage {
  private static final int THREADS = 32;
  private static final int ROWS_EACH = 8;

  private final Kernels kernels;
  private final Layer.Loss layer;
  private final Place in;
  private final long labels;
  private final long output;
  private final long losses;

  LossStage(Kernels kernels, Layer.Loss layer, Place in, long labels, long output, long losses) {
    this.kernels = kernels;
    this.layer = layer;
    this.in = in;
    this.labels = labels;
    this.output = output;
    this.losses = losses;
  }

  @Override
  public void forward(int examples, boolean training) {
    if (layer.kind() == Layer.LossKind.CLASS_CROSS_ENTROPY) {
      ofClasses(examples, training);
      return;
    }
    int width = in.shape().length();
    long error = training ? in.target().address() : 0;
    kernels
        .arguments()
        .put(width)
        .put(layer.clip())
        .put(in.value())
        .put(training ? labels : 0L)
        .put(output)
        .put(error)
        .put(losses);
    String kernel =
        switch (layer.kind()) {
          case SOFTMAX_CROSS_ENTROPY -> "softmaxLoss";
          case SIGMOID_CROSS_ENTROPY -> "sigmoidLoss";
          case SQUARED -> "squaredLoss";
          case CLASS_CROSS_ENTROPY -> throw new IllegalStateException("a row a position");
        };
    kernels.recorder().launch(kernel, examples, 1, 1, THREADS);
  }

  private void ofClasses(int examples, boolean training) {
    int rows = examples * in.shape().channels();
    kernels
        .arguments()
        .put(rows)
        .put(in.shape().width())
        .put(in.value())
        .put(training ? labels : 0L)
        .put(output)
        .put(training ? in.target().address() : 0)
        .put(losses);
    int blocks = Recorder.blocks(rows, ROWS_EACH);
    kernels.recorder().launch("classLoss", blocks, 1, 1, ROWS_EACH * THREADS);
  }

  @Override
  public void backward(int examples) {
    // the forward pass has written the error
  }
}
