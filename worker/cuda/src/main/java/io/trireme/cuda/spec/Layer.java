package io.trireme.cuda.spec;

import io.trireme.cuda.spec.Activation.Kind;

/**
 * One layer. Offsets count values from the start of the flat vector of parameters; {@link #NONE}
 * says that the layer has no such parameter.
 */
public sealed interface Layer {
  /** No such parameter. */
  long NONE = -1;

  /**
   * A matrix product with every value of the input.
   *
   * @param outputs values of the result
   * @param weights {@code [outputs][inputs]} in 'c' order: DL4J's {@code [inputs, outputs]} in 'f'
   * @param bias {@code [outputs]}, or none
   * @param activation applied to the result
   */
  record Dense(int outputs, long weights, long bias, Activation activation) implements Layer {}

  /**
   * A convolution of images.
   *
   * @param outputs channels of the result
   * @param window its window
   * @param weights {@code [outputs][channels][height][width]} in 'c' order
   * @param bias {@code [outputs]}, or none
   * @param activation applied to the result
   */
  record Convolution(int outputs, Window window, long weights, long bias, Activation activation)
      implements Layer {}

  /**
   * The highest or mean value of each window.
   *
   * @param maximum the highest, else the mean
   * @param window its window
   * @param countsPadding whether padding counts in the mean
   */
  record Pool(boolean maximum, Window window, boolean countsPadding) implements Layer {}

  /**
   * Normalisation of each channel over the minibatch; the running statistics are parameters, whose
   * gradient is what they change by.
   *
   * @param statistics how the statistics are kept
   * @param gamma {@code [channels]}, or none for ones
   * @param beta {@code [channels]}, or none for zeros
   * @param mean {@code [channels]}: the running mean
   * @param variance {@code [channels]}: the running variance, or log10 of the running deviation
   * @param activation applied to the result
   */
  record BatchNorm(
      Statistics statistics, long gamma, long beta, long mean, long variance, Activation activation)
      implements Layer {}

  /**
   * How running statistics are kept.
   *
   * @param epsilon added to the variance
   * @param decay share of the running statistics that stays
   * @param logDeviation whether the variance is kept as log10 of the deviation
   */
  record Statistics(float epsilon, float decay, boolean logDeviation) {}

  /**
   * Inverted dropout; in inference, nothing.
   *
   * @param retain chance that a value stays
   */
  record Dropout(double retain) implements Layer {}

  /**
   * An activation of its own.
   *
   * @param activation the function
   */
  record Activate(Activation activation) implements Layer {}

  /**
   * The sum of two inputs of one shape.
   *
   * @param activation applied to the sum
   */
  record Add(Activation activation) implements Layer {}

  /**
   * The vector of each token, the first layer: features are numbers of tokens, one a position; a
   * number that is no token gives NaN.
   *
   * @param vocabulary how many tokens there are
   * @param width values of a vector
   * @param tokens {@code [vocabulary][width]}
   * @param positions {@code [positions][width]}, added to the tokens' vectors, or none
   */
  record Embedding(int vocabulary, int width, long tokens, long positions) implements Layer {}

  /**
   * A matrix product with the values of each position of a sequence.
   *
   * @param outputs values of each position's result
   * @param weights {@code [outputs][width]} in 'c' order
   * @param bias {@code [outputs]}, or none
   * @param activation applied to the result
   */
  record Projection(int outputs, long weights, long bias, Activation activation) implements Layer {}

  /**
   * Normalisation of each position of a sequence by its own mean and deviation.
   *
   * @param epsilon added to the variance
   * @param gamma {@code [width]}, or none for ones
   * @param beta {@code [width]}, or none for zeros
   */
  record LayerNorm(float epsilon, long gamma, long beta) implements Layer {}

  /**
   * Attention between the positions of a sequence, each of which has the queries of all heads, then
   * their keys, then their values.
   *
   * @param heads how many; each has at most 128 values
   * @param causal whether a position sees only itself and those before it
   */
  record Attention(int heads, boolean causal) implements Layer {}

  /**
   * The output's activation with the loss; the last layer.
   *
   * @param kind which
   * @param clip probabilities are clipped to {@code [clip, 1 - clip]} in the loss
   */
  record Loss(LossKind kind, float clip) implements Layer {}

  /** Losses, each with its output activation. */
  enum LossKind {
    /** Softmax and cross-entropy. */
    SOFTMAX_CROSS_ENTROPY,
    /**
     * Softmax and cross-entropy at each position of a sequence, where the label is the number of a
     * class; a number that is no class gives NaN. Without clipping.
     */
    CLASS_CROSS_ENTROPY,
    /** Sigmoid and binary cross-entropy. */
    SIGMOID_CROSS_ENTROPY,
    /** Identity and the mean over outputs of the squared difference. */
    SQUARED
  }

  /** How many inputs it has. */
  default int arity() {
    return this instanceof Add ? 2 : 1;
  }

  /** The activation that it applies to its result. */
  default Activation activation() {
    return new Activation(Kind.IDENTITY, 0);
  }
}
