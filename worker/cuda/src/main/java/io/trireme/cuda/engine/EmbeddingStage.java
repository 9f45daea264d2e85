package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;

/** The vectors of tokens, with those of positions. */
final class EmbeddingStage implements Stage {
  private static final int THREADS = 128;

  private final Kernels kernels;
  private final Layer.Embedding layer;
  private final Vectors vectors;
  private final Place in;
  private final Place out;

  EmbeddingStage(Kernels kernels, Layer.Embedding layer, Vectors vectors, Place in, Place out) {
    this.kernels = kernels;
    this.layer = layer;
    this.vectors = vectors;
    this.in = in;
    this.out = out;
  }

  private static Parts parts(Layer.Embedding layer, int rows) {
    return new Parts(rows, layer.vocabulary() * Recorder.blocks(layer.width(), THREADS));
  }

  /** Bytes of the partial sums of a layer. */
  static long partsBytes(Layer.Embedding layer, int rows) {
    return 4L * parts(layer, rows).count() * layer.vocabulary() * layer.width();
  }

  @Override
  public void forward(int examples, boolean training) {
    int positions = out.shape().channels();
    int count = examples * out.shape().length();
    kernels
        .arguments()
        .put(count)
        .put(layer.vocabulary())
        .next()
        .divisor(layer.width())
        .next()
        .divisor(positions)
        .put(in.value())
        .put(vectors.parameter(layer.tokens()))
        .put(vectors.parameter(layer.positions()))
        .put(out.value());
    kernels.recorder().each("embed", count);
  }

  @Override
  public void backward(int examples) {
    int rows = examples * out.shape().channels();
    int width = layer.width();
    Parts parts = parts(layer, rows);
    kernels
        .arguments()
        .put(rows)
        .put(parts.rowsEach())
        .put(layer.vocabulary())
        .put(width)
        .put(in.value())
        .put(out.error())
        .put(kernels.parts());
    int columns = Recorder.blocks(width, THREADS);
    kernels.recorder().launch("embedTokens", layer.vocabulary(), parts.count(), columns, THREADS);
    int values = layer.vocabulary() * width;
    long tokens = vectors.gradientOf(layer.tokens());
    parts.sum(kernels.recorder(), values, values, kernels.parts(), tokens);
    if (layer.positions() != Layer.NONE) {
      int count = out.shape().length();
      kernels
          .arguments()
          .put(count)
          .put(examples)
          .put(out.error())
          .put(vectors.gradientOf(layer.positions()));
      kernels.recorder().each("embedPlaces", count);
    }
  }
}
