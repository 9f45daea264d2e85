package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dropout draws from Philox by element, layer, step and epoch: the same words as here. */
class DropoutTest {
  private static final int WIDTH = 10;
  private static final int EXAMPLES = 3;
  private static final double RETAIN = 0.7;
  private static final long SEED = 0x1234_5678_9ABC_DEF0L;

  @BeforeEach
  void start() throws Exception {
    StandIn.use();
  }

  /** Dropout of the features before a squared loss through a dense layer that copies them. */
  private static ChainSpec spec() {
    return ChainSpec.builder("dropout", Shape.vector(WIDTH))
        .add("copy", new Layer.Dense(WIDTH, 0, WIDTH * WIDTH, Activation.IDENTITY))
        .add("dropout", new Layer.Dropout(RETAIN))
        .add("loss", new Layer.Loss(Layer.LossKind.SQUARED, 0))
        .build(WIDTH * WIDTH + WIDTH);
  }

  @Test
  void keepsWhatPhiloxSays() {
    ChainSpec spec = spec();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES)) {
      for (int i = 0; i < WIDTH; i++) {
        engine.parameters().putFloat(4 * (i * WIDTH + i), 1);
      }
      for (int i = 0; i < EXAMPLES * WIDTH; i++) {
        engine.features().putFloat(4 * i, 1);
      }
      for (int step = 0; step < 4; step++) {
        assertThat(engine.compute(EXAMPLES, step, 2, SEED)).isEqualTo(loss(step, 2));
      }
      engine.infer(EXAMPLES);
      assertThat(SmallNet.floats(engine.output(), EXAMPLES * WIDTH)).containsOnly(1f);
    }
  }

  /** Kept ones count (1 / retain) squared over the width, in the kernel's order of sums. */
  private static double loss(int step, int epoch) {
    long bound = Math.round(RETAIN * 0x1p32);
    float scale = (float) (1 / RETAIN);
    double all = 0;
    for (int example = 0; example < EXAMPLES; example++) {
      float[] parts = new float[32];
      for (int i = 0; i < WIDTH; i++) {
        int element = example * WIDTH + i;
        int[] words =
            philox(new int[] {element / 4, 1, step, epoch}, (int) SEED, (int) (SEED >>> 32));
        float v = Integer.toUnsignedLong(words[element % 4]) < bound ? scale : 0;
        parts[i] = Math.fma(v, v, parts[i]);
      }
      for (int d = 16; d > 0; d /= 2) {
        for (int i = 0; i < d; i++) {
          parts[i] += parts[i + d];
        }
      }
      all += parts[0] / WIDTH;
    }
    return all;
  }

  private static int[] philox(int[] c, int k0, int k1) {
    int[] x = c.clone();
    for (int round = 0; round < 10; round++) {
      long a = 0xD2511F53L * Integer.toUnsignedLong(x[0]);
      long b = 0xCD9E8D57L * Integer.toUnsignedLong(x[2]);
      x = new int[] {(int) (b >>> 32) ^ x[1] ^ k0, (int) b, (int) (a >>> 32) ^ x[3] ^ k1, (int) a};
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    return x;
  }
}
