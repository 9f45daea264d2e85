package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.kernels.sum.GlobalNorm;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

/** Clipping by global norm, and averaging over slots, against plain arithmetic. */
class GlobalNormTest {
  private static final int EXAMPLES = 8;
  private static final int SLOTS = 4;

  private final Layout layout =
      Nets.layout(Nets.convolutional(b -> b.updater(new Sgd(0.5)).seed(3)));
  private final BlockPlan plan = BlockPlan.of(layout);
  private final float[] sum = new float[(int) layout.length()];

  GlobalNormTest() {
    Random random = new Random(5);
    for (int i = 0; i < sum.length; i++) {
      sum[i] = (float) random.nextGaussian();
    }
  }

  @Test
  void scalesWeightsOnlyAndOnlyAboveTheLimit() {
    double norm = plainNorm();
    for (double limit : new double[] {norm / 3, norm * 1.01, 0}) {
      double scale = limit > 0 && norm > limit ? limit / norm : 1;
      float[] parameters = step(limit, norm);
      for (Segment segment : layout.segments()) {
        boolean weight = segment.kind() == SegmentKind.WEIGHT;
        for (int i = (int) segment.offset(); i < segment.end(); i++) {
          double expected =
              weight ? -sum[i] / (double) EXAMPLES * scale * 0.5 : -sum[i] / (double) SLOTS;
          assertThat((double) parameters[i]).isCloseTo(expected, within(1e-6));
        }
      }
    }
  }

  @Test
  void refusesAScaleThatIsNoNumber() {
    try (GroupOptimizer optimizer = new GroupOptimizer(layout, plan, plan.groups().get(0))) {
      optimizer.gradient().putFloat(0, Float.NaN);
      optimizer.average(1, 1);
      double scale = GlobalNorm.scale(optimizer.sumOfSquares(0), 1);
      assertThat(scale).isNaN();
      assertThatThrownBy(() -> optimizer.update(3, 0, scale))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("step 3, group 0: scale NaN");
    }
  }

  private double plainNorm() {
    double squares = 0;
    for (Segment segment : layout.segments()) {
      for (int i = (int) segment.offset(); i < segment.end(); i++) {
        double mean = sum[i] / (double) EXAMPLES;
        squares += segment.kind() == SegmentKind.WEIGHT ? mean * mean : 0;
      }
    }
    return Math.sqrt(squares);
  }

  private float[] step(double limit, double norm) {
    float[] parameters = new float[sum.length];
    BlockGroup group = plan.groups().get(0);
    try (GroupOptimizer optimizer = new GroupOptimizer(layout, plan, group)) {
      for (int i = 0; i < sum.length; i++) {
        optimizer.gradient().putFloat(i * Float.BYTES, sum[i]);
      }
      optimizer.average(EXAMPLES, SLOTS);
      double squares = 0;
      for (Block block : plan.blocks()) {
        squares += optimizer.sumOfSquares(block.index());
      }
      assertThat(Math.sqrt(squares)).isCloseTo(norm, within(1e-5));
      optimizer.update(0, 0, GlobalNorm.scale(squares, limit));
      for (int i = 0; i < sum.length; i++) {
        parameters[i] = optimizer.parameters().getFloat(i * Float.BYTES);
      }
    }
    return parameters;
  }
}
