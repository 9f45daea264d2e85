package io.trireme.worker.local;

import io.trireme.common.config.OuterConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.optimizer.UpdaterJson;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.optimizer.Nd4jUpdaters;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/** The layout that servers work with when workers take local steps. */
public final class OuterLayout {
  private OuterLayout() {}

  /**
   * The same vector, where what arrives is what a round's local steps changed, as a sum over
   * examples.
   *
   * <p>Weights have the outer optimizer for an updater. Statistics, such as the variance of batch
   * normalisation, become the mean of the workers' own with every outer optimizer: momentum could
   * make a variance negative. Nothing is regularised or normalised, since the workers have done so,
   * and everything is divided by the examples. Global clipping is the workers' business, too.
   *
   * @param inner the model's own layout
   * @throws BadModelException if the outer optimizer's numbers make no sense
   */
  public static Layout of(Layout inner, OuterConfig outer) {
    String weights = UpdaterJson.ofUpdater(updater(outer));
    String statistics = UpdaterJson.ofUpdater(new NoOp());
    List<Segment> segments =
        inner.segments().stream()
            .map(
                segment ->
                    new Segment(
                        segment.name(),
                        segment.layer(),
                        segment.offset(),
                        segment.length(),
                        segment.shape(),
                        segment.order(),
                        segment.kind(),
                        segment.kind() == SegmentKind.WEIGHT ? weights : statistics,
                        List.of()))
            .toList();
    List<LayerSpan> layers =
        inner.layers().stream()
            .map(
                layer ->
                    new LayerSpan(
                        layer.name(),
                        layer.offset(),
                        layer.length(),
                        GradientNormalization.None,
                        layer.threshold()))
            .toList();
    return new Layout(inner.length(), segments, layers, true);
  }

  private static IUpdater updater(OuterConfig outer) {
    List<String> problems = new ArrayList<>();
    IUpdater updater =
        Nd4jUpdaters.of(outer.updater(), outer.parameters(), outer.learningRate(), problems);
    if (!problems.isEmpty()) {
      throw new BadModelException(problems);
    }
    return updater;
  }
}
