package io.trireme.kernels.optimizer;

import io.trireme.kernels.memory.FloatVector;
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
final class UpdaterBlock implements AutoCloseable {
  private final INDArray gradient;
  private final IUpdater rates;
  private final IUpdater config;
  private GradientUpdater<?> updater;
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
  UpdaterBlock(String json, INDArray gradient, List<Regularizer> regularizers) {
    this.gradient = gradient;
    this.regularizers = List.copyOf(regularizers);
    this.rates = UpdaterJson.updater(json);
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

  /** Forgets all earlier steps: the state is that of a first step again. */
  void restart() {
    if (state != null) {
      state.array().assign(0);
      updater = instantiate(config, state, gradient.length());
    }
  }

  /**
   * Turns the gradient into what is subtracted from the parameters, in place.
   *
   * @param age steps that the state has seen: what corrections of bias count
   * @param iteration the step: the time of schedules
   */
  void update(int age, int iteration, int epoch) {
    double learningRate = 1.0;
    if (rates.hasLearningRate()) {
      learningRate = rates.getLearningRate(iteration, epoch);
      // ND4J's updaters take one number for both, so the rate is found here.
      config.setLrAndSchedule(learningRate, null);
    }
    for (Regularizer regularizer : regularizers) {
      regularizer.apply(ApplyStep.BEFORE_UPDATER, learningRate, iteration, epoch);
    }
    applyUpdater(age, epoch);
    for (Regularizer regularizer : regularizers) {
      regularizer.apply(ApplyStep.POST_UPDATER, learningRate, iteration, epoch);
    }
  }

  private void applyUpdater(int age, int epoch) {
    AdamKernel kernel = adam;
    FloatVector moments = state;
    if (kernel == null || moments == null || !kernel.prepare(age, epoch)) {
      updater.applyUpdater(gradient, age, epoch);
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
