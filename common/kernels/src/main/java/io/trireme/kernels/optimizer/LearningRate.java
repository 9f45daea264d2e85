package io.trireme.kernels.optimizer;

import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import java.util.Optional;
import org.nd4j.linalg.learning.config.IUpdater;

/** The learning rate of a model over time, for reports. */
public final class LearningRate {
  private final Optional<IUpdater> updater;

  /** The rate of the layout's first weight; a model may have others besides. */
  public LearningRate(Layout layout) {
    updater =
        layout.segments().stream()
            .filter(segment -> segment.kind() == SegmentKind.WEIGHT)
            .map(Segment::updater)
            .map(UpdaterJson::updater)
            .filter(IUpdater::hasLearningRate)
            .findFirst();
  }

  /**
   * The rate in a step.
   *
   * @param step the step, from 0 over the whole job
   * @param epoch the epoch, from 0
   * @return NaN where no updater of the model has a rate
   */
  public double at(long step, int epoch) {
    return updater.map(it -> it.getLearningRate(Math.toIntExact(step), epoch)).orElse(Double.NaN);
  }
}
