package io.trireme.worker.dl4j;

import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.learning.config.IUpdater;

/** The outer optimizer of local steps in ND4J's own words. */
public final class OuterUpdater {
  private OuterUpdater() {}

  /**
   * The updater that servers apply to a round's mean delta.
   *
   * @throws BadModelException with everything that is wrong with its numbers
   */
  public static IUpdater of(OuterConfig outer) {
    List<String> problems = new ArrayList<>();
    IUpdater updater =
        Dl4jUpdaters.updater(
            new OptimizerConfig(
                outer.updater(),
                outer.parameters(),
                outer.learningRate(),
                0,
                0,
                0,
                GradientNormalization.None,
                1,
                0),
            problems);
    if (!problems.isEmpty()) {
      throw new BadModelException(problems);
    }
    return updater;
  }
}
