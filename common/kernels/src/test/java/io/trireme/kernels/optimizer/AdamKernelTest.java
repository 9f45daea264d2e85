package io.trireme.kernels.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.kernels.memory.FloatVector;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;

class AdamKernelTest {

  private static final int LENGTH = 5003;

  @Test
  void hasTheBitsOfTheNativeOperationOverManySteps() {
    for (Adam config :
        new Adam[] {
          new Adam(0.001), new Adam(0.1, 0.5, 0.9, 1e-3), new Adam(3e-5, 0.95, 0.9999, 1e-8)
        }) {
      SplittableRandom random = new SplittableRandom(4);
      try (AdamKernel kernel = new AdamKernel(config);
          FloatVector state = FloatVector.zeros("state", 2 * LENGTH);
          FloatVector nativeState = FloatVector.zeros("native state", 2 * LENGTH);
          FloatVector gradient = FloatVector.zeros("gradient", LENGTH);
          FloatVector nativeGradient = FloatVector.zeros("native gradient", LENGTH)) {
        GradientUpdater<?> updater = config.instantiate(nativeState.array(), true);
        for (int step = 0; step < 300; step++) {
          for (int i = 0; i < LENGTH; i++) {
            float g = (float) (random.nextDouble(-1, 1) * Math.pow(10, -random.nextInt(12)));
            gradient.buffer().putFloat(i * Float.BYTES, i % 11 == 0 ? 0 : g);
          }
          nativeGradient.buffer().putBytes(0, gradient.buffer(), 0, LENGTH * Float.BYTES);
          assertThat(kernel.prepare(step, 0)).as("%s, step %d", config, step).isTrue();
          kernel.apply(gradient.buffer(), 0, state.buffer(), 0, LENGTH, LENGTH);
          updater.applyUpdater(nativeGradient.array(), step, 0);
          assertSame(gradient.array(), nativeGradient.array(), step);
          assertSame(state.array(), nativeState.array(), step);
        }
      }
    }
  }

  private static void assertSame(INDArray seen, INDArray expected, int step) {
    assertThat(FloatVector.bufferOf(seen))
        .as("step %d", step)
        .isEqualTo(FloatVector.bufferOf(expected));
  }
}
