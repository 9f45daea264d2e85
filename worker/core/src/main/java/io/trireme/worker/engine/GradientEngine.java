package io.trireme.worker.engine;

import io.trireme.common.layout.Layout;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Computes gradients of one model. All buffers are float32 in native order, off heap, and the
 * engine's own memory: what is written there is what the model computes on, without a copy.
 *
 * <p>The gradient of given inputs, parameters, step, epoch and seed has the same bits each time,
 * for a fixed number of native threads. Not thread-safe; the thread that computes must have called
 * {@link io.trireme.kernels.memory.NativeThreads#use} once.
 */
public interface GradientEngine extends AutoCloseable {

  /** How the model's flat vector is divided. */
  Layout layout();

  /** The most examples of one computation. */
  int capacity();

  /** Floats of one example's features. */
  int featureLength();

  /** Floats of one example's label: the number of classes. */
  int labelLength();

  /** The inputs: {@code capacity * featureLength} floats, example by example. */
  MutableDirectBuffer features();

  /** The labels: {@code capacity * labelLength} floats, one-hot, example by example. */
  MutableDirectBuffer labels();

  /** The model's own parameters, {@code layout().length()} floats; writing changes the model. */
  MutableDirectBuffer parameters();

  /**
   * The model's own gradient, {@code layout().length()} floats: the sum over the examples of the
   * last computation, and the deltas of statistics. Valid until the next one.
   */
  DirectBuffer gradient();

  /**
   * Computes the gradient of the first {@code examples} rows of inputs and labels.
   *
   * @param examples 1 to {@link #capacity()}
   * @param step the step, from 0 over the whole job; schedules inside the model see it
   * @param epoch the epoch, from 0
   * @param seed where random numbers of this computation (dropout) start
   * @return the mean loss, regularisation terms included; NaN or infinite where the model has
   *     diverged, which is the caller's business
   */
  double compute(int examples, long step, int epoch, long seed);

  /** Frees inputs and labels; no buffer may be used from then on. */
  @Override
  void close();
}
