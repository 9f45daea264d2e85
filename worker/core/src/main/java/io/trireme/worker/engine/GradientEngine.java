package io.trireme.worker.engine;

import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ExampleBatch;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

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

  /** The most examples of one computation: the capacity of {@link #batch()}. */
  default int capacity() {
    return batch().capacity();
  }

  /** Room for the examples of one computation: features, labels, masks and weights by name. */
  ExampleBatch batch();

  /**
   * The parameters that it computes on, {@code layout().length()} floats; at first the model's.
   * Whether writing changes the model too is the engine's business.
   */
  MutableDirectBuffer parameters();

  /**
   * The gradient, {@code layout().length()} floats: the sum over the examples of the last
   * computation, and the deltas of statistics. Valid until the next one.
   */
  DirectBuffer gradient();

  /**
   * Computes the gradient of the first {@code examples} rows of the batch.
   *
   * @param examples 1 to {@link #capacity()}
   * @param step the step, from 0 over the whole job; schedules inside the model see it
   * @param epoch the epoch, from 0
   * @param seed where random numbers of this computation (dropout) start
   * @return the mean loss, regularisation terms included; NaN or infinite where the model has
   *     diverged, which is the caller's business
   */
  double compute(int examples, long step, int epoch, long seed);

  /** What sums slots where this engine computes; null if it cannot. */
  default @Nullable SlotSums slotSums() {
    return null;
  }

  /**
   * Computes the model's outputs for the first {@code examples} rows of the batch, as in inference.
   *
   * @param examples 1 to {@link #capacity()}
   */
  void predict(int examples);

  /**
   * What the model says in place of a label, as of the last {@link #predict}: as many floats an
   * example as the label has in the batch, row by row.
   *
   * @param label the name of a tensor with role label
   */
  DirectBuffer output(String label);

  /** Frees the batch; no buffer may be used from then on. */
  @Override
  void close();
}
