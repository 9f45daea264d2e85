package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Precision;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tensor cores on the stand-in: as near to the exact gradient as their operands' bits allow, in
 * every order of threads, again and again with the same bits.
 */
class PrecisionTest {
  private static final int EXAMPLES = 3;

  // smooth, so that rounding moves the gradient by little
  private static final Activation TANH = Activation.of(Activation.Kind.TANH);

  private StandIn.Control control;

  @BeforeEach
  void start() throws Exception {
    control = StandIn.use();
  }

  @AfterEach
  void restore() throws Exception {
    if (control != null) {
      control = StandIn.use();
    }
  }

  /** Every kind of product with tensor cores, strided too, and enough terms for splits. */
  private static ChainSpec spec() {
    return ChainSpec.builder("products", Shape.image(3, 9, 8))
        .add("conv1", new Layer.Convolution(18, Window.same(3, 1), 18, 0, TANH))
        .add("conv2", new Layer.Convolution(34, Window.same(3, 2), 538, 504, TANH))
        .add("dense", new Layer.Dense(70, 6046, 6046 + 70 * 680, TANH))
        .add("output", new Layer.Dense(3, 53_716, 53_716 + 210, Activation.IDENTITY))
        .add("loss", new Layer.Loss(Layer.LossKind.SOFTMAX_CROSS_ENTROPY, 1e-10f))
        .build(53_929);
  }

  private static float[] gradient(ChainSpec spec, Precision precision) {
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES, precision)) {
      SmallNet.fill(engine, spec, EXAMPLES);
      for (int i = 0; i < spec.parameters(); i++) {
        engine.parameters().putFloat(4 * i, 0.3f * engine.parameters().getFloat(4 * i));
      }
      assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isNotNaN();
      return SmallNet.floats(engine.gradient(), (int) spec.parameters());
    }
  }

  @ParameterizedTest
  @CsvSource({"TF32, 2e-3", "BF16, 2e-2"})
  void gradientIsNearTheExactOneInEveryOrder(Precision precision, double tolerance) {
    ChainSpec spec = spec();
    float[] exact = gradient(spec, Precision.EXACT);
    float[] seen = gradient(spec, precision);
    assertThat(distance(seen, exact)).isBetween(1e-6, tolerance);
    for (int order = 1; order < 3; order++) {
      control.standinOrder(order);
      assertThat(gradient(spec, precision)).as("order %d", order).isEqualTo(seen);
    }
  }

  @Test
  void aCardWithoutThemIsNamed() {
    control.standinDevice(1, 7, 5, 12000);
    try (CudaDevice device = CudaDevice.open(0)) {
      assertThatThrownBy(() -> CudaEngine.open(device, spec(), 1, Precision.TF32))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("math TF32")
          .hasMessageContaining("capability 8.0")
          .hasMessageContaining("has 7.5");
    }
    assertThat(control.standinLive()).isZero();
  }

  private static double distance(float[] seen, float[] truth) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < truth.length; i++) {
      difference += Math.pow((double) seen[i] - truth[i], 2);
      length += Math.pow(truth[i], 2);
    }
    return Math.sqrt(difference / length);
  }
}
