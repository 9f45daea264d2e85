package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;

/** Normalisation of each position by itself. */
final class LayerNormStage implements Stage {
  private static final int THREADS = 256;
  private static final int ROWS = 8;
  private static final int COLUMNS = 32;

  private final Kernels kernels;
  private final Layer.LayerNorm layer;
  private final Vectors vectors;
  private final Place in;
  private final Place out;
  private final long saved;
  private final int width;

  /**
   * A layer's stage.
   *
   * @param saved address of each position's mean and inverse of the deviation
   */
  LayerNormStage(
      Kernels kernels, Layer.LayerNorm layer, Vectors vectors, Place in, Place out, long saved) {
    this.kernels = kernels;
    this.layer = layer;
    this.vectors = vectors;
    this.in = in;
    this.out = out;
    this.saved = saved;
    this.width = in.shape().width();
  }

  private static Parts parts(int rows, int width) {
    return new Parts(rows, Recorder.blocks(width, COLUMNS));
  }

  /** Bytes of the partial sums of a layer. */
  static long partsBytes(int rows, int width) {
    return 8L * parts(rows, width).count() * width;
  }

  @Override
  public void forward(int examples, boolean training) {
    int rows = examples * in.shape().channels();
    kernels
        .arguments()
        .put(rows)
        .put(width)
        .put(layer.epsilon())
        .put(in.value())
        .put(vectors.parameter(layer.gamma()))
        .put(vectors.parameter(layer.beta()))
        .put(saved)
        .put(out.value());
    kernels.recorder().launch("layerNorm", Recorder.blocks(rows, ROWS), 1, 1, THREADS);
  }

  @Override
  public void backward(int examples) {
    int rows = examples * in.shape().channels();
    affine(rows);
    if (in.wantsError()) {
      Place.Target target = in.plainTarget();
      kernels
          .arguments()
          .put(rows)
          .put(width)
          .put(target.addFlag())
          .put(in.value())
          .put(vectors.parameter(layer.gamma()))
          .put(saved)
          .put(out.error())
          .put(target.address());
      kernels.recorder().launch("layerNormBack", Recorder.blocks(rows, ROWS), 1, 1, THREADS);
    }
  }

  private void affine(int rows) {
    if (layer.gamma() == Layer.NONE && layer.beta() == Layer.NONE) {
      return;
    }
    Parts parts = parts(rows, width);
    kernels
        .arguments()
        .put(rows)
        .put(parts.rowsEach())
        .put(width)
        .put(in.value())
        .put(saved)
        .put(out.error())
        .put(kernels.parts());
    int columns = Recorder.blocks(width, COLUMNS);
    kernels.recorder().launch("layerNormParts", columns, parts.count(), 1, THREADS);
    sum(parts, kernels.parts(), layer.gamma());
    sum(parts, kernels.parts() + 4L * width, layer.beta());
  }

  private void sum(Parts parts, long from, long parameter) {
    if (parameter != Layer.NONE) {
      parts.sum(kernels.recorder(), width, 2 * width, from, vectors.gradientOf(parameter));
    }
  }
}
