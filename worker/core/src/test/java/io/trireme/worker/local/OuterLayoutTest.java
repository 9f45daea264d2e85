package io.trireme.worker.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.optimizer.UpdaterJson;
import io.trireme.worker.engine.BadModelException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.L2Regularization;

class OuterLayoutTest {

  @Test
  void leavesServersOnlyTheOuterOptimizer() {
    Segment weight =
        new Segment(
            "0_W",
            0,
            0,
            6,
            List.of(2L, 3L),
            'f',
            SegmentKind.WEIGHT,
            UpdaterJson.ofUpdater(new Adam(0.1)),
            List.of(UpdaterJson.ofRegularization(new L2Regularization(0.1))));
    Segment statistic =
        new Segment(
            "0_var",
            0,
            6,
            2,
            List.of(2L),
            'c',
            SegmentKind.STATISTIC,
            UpdaterJson.ofUpdater(new NoOp()),
            List.of());
    Layout inner =
        new Layout(
            8,
            List.of(weight, statistic),
            List.of(new LayerSpan("0", 0, 8, GradientNormalization.ClipL2PerLayer, 3)),
            false);
    OuterConfig diLoCo =
        new OuterConfig("nesterovs", Map.of("momentum", 0.5), ScheduleConfig.fixed(0.7));
    assertThat(OuterLayout.of(inner, diLoCo))
        .isEqualTo(
            new Layout(
                8,
                List.of(
                    new Segment(
                        "0_W",
                        0,
                        0,
                        6,
                        List.of(2L, 3L),
                        'f',
                        SegmentKind.WEIGHT,
                        UpdaterJson.ofUpdater(new Nesterovs(0.7, 0.5)),
                        List.of()),
                    statistic),
                List.of(new LayerSpan("0", 0, 8, GradientNormalization.None, 3)),
                true));
  }

  @Test
  void refusesNumbersThatTheOptimizerLacks() {
    Layout empty = new Layout(0, List.of(), List.of(), true);
    OuterConfig wrong = new OuterConfig("sgd", Map.of("momentum", 0.9), ScheduleConfig.fixed(1));
    assertThatThrownBy(() -> OuterLayout.of(empty, wrong))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("momentum");
  }
}
