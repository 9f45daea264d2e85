package io.trireme.cuda.check;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Window;

/** Places layers one after the other in the flat vector, as DL4J does. */
final class Layout {
  private static final Layer.Statistics STATISTICS = new Layer.Statistics(1e-5f, 0.9f, true);

  private long next;

  /** Values so far. */
  long length() {
    return next;
  }

  private long take(long length) {
    long at = next;
    next += length;
    return at;
  }

  /** Weights, then bias. */
  Layer.Dense dense(int inputs, int outputs, Activation activation) {
    long weights = take((long) inputs * outputs);
    return new Layer.Dense(outputs, weights, take(outputs), activation);
  }

  /** Tokens, then positions. */
  Layer.Embedding embedding(int vocabulary, int positions, int width) {
    long tokens = take((long) vocabulary * width);
    return new Layer.Embedding(vocabulary, width, tokens, take((long) positions * width));
  }

  /** Weights, then bias. */
  Layer.Projection projection(int inputs, int outputs, Activation activation) {
    long weights = take((long) inputs * outputs);
    return new Layer.Projection(outputs, weights, take(outputs), activation);
  }

  /** Gamma, beta. */
  Layer.LayerNorm layerNorm(int width) {
    long gamma = take(width);
    return new Layer.LayerNorm(1e-5f, gamma, take(width));
  }

  /** Bias, then weights. */
  Layer.Convolution convolution(
      int channels, int outputs, Window window, boolean biased, Activation activation) {
    long bias = biased ? take(outputs) : Layer.NONE;
    long weights = take((long) outputs * channels * window.size());
    return new Layer.Convolution(outputs, window, weights, bias, activation);
  }

  /** Gamma, beta, mean, log10 of the deviation. */
  Layer.BatchNorm norm(int channels) {
    long gamma = take(channels);
    long beta = take(channels);
    long mean = take(channels);
    return new Layer.BatchNorm(STATISTICS, gamma, beta, mean, take(channels), Activation.IDENTITY);
  }
}
