package io.trireme.server.optimizer;

import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.AdaBeliefUpdater;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;

/**
 * A contiguous range of floats with one updater, its state and its regularisations: what DL4J calls
 * an updater block.
 */
final class Slice implements AutoCloseable {
  private final INDArray gradient;
  private final GradientUpdater<?> updater;
  private final IUpdater config;
  private final List<Regularizer> regularizers;
  private final @Nullable FloatVector state;
  private final @Nullable AdamKernel adam;
  private final UnsafeBuffer gradientBuffer;

  /**
   * A slice with the state of a first step.
   *
   * @param json the updater's configuration
   * @param gradient the slice's floats of the gradient, rank 1
   * @param regularizers what regularises parts of the slice
   */
  Slice(String json, INDArray gradient, List<Regularizer> regularizers) {
    this.gradient = gradient;
    this.regularizers = List.copyOf(regularizers);
    this.config = UpdaterJson.updater(json);
    long stateLength = config.stateSize(gradient.length());
    this.state =
        stateLength == 0 ? null : FloatVector.zeros("updater state of a slice", stateLength);
    this.updater = instantiate(config, state, gradient.length());
    this.adam = config instanceof Adam plain ? new AdamKernel(plain) : null;
    this.gradientBuffer = FloatVector.bufferOf(gradient);
  }

  private static GradientUpdater<?> instantiate(
      IUpdater config, @Nullable FloatVector state, long length) {
    if (config instanceof AdaBelief && state != null) {
      // AdaBelief.instantiate(view, ...) indexes the second dimension of a rank 1 shape and fails.
      Map<String, INDArray> views =
          Map.of(
              AdaBeliefUpdater.M_STATE, state.view(0, length),
              AdaBeliefUpdater.S_STATE, state.view(length, 2 * length));
      return config.instantiate(views, false);
    }
    return config.instantiate(state == null ? (INDArray) null : state.array(), true);
  }

  /** Turns the gradient into what is subtracted from the parameters, in place. */
  void update(int iteration, int epoch) {
    double learningRate = config.hasLearningRate() ? config.getLearningRate(iteration, epoch) : 1.0;
    for (Regularizer regularizer : regularizers) {
      regularizer.apply(ApplyStep.BEFORE_UPDATER, learningRate, iteration, epoch);
    }
    applyUpdater(iteration, epoch);
    for (Regularizer regularizer : regularizers) {
      regularizer.apply(ApplyStep.POST_UPDATER, learningRate, iteration, epoch);
    }
  }

  private void applyUpdater(int iteration, int epoch) {
    AdamKernel kernel = adam;
    FloatVector moments = state;
    if (kernel == null || moments == null || !kernel.prepare(iteration, epoch)) {
      updater.applyUpdater(gradient, iteration, epoch);
      return;
    }
    int length = Math.toIntExact(gradient.length());
    kernel.apply(gradientBuffer, 0, moments.buffer(), 0, length, length);
  }

  /** The updater's state; null where the updater has none. */
  @Nullable FloatVector state() {
    return state;
  }

  @Override
  public void close() {
    if (adam != null) {
      adam.close();
    }
    if (state != null) {
      state.close();
    }
  }
}
