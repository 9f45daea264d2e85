package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.cuda.check.Networks;
import io.trireme.cuda.check.Numbers;
import io.trireme.cuda.check.SequenceReference;
import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Precision;
import io.trireme.cuda.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Layers over sequences, on the stand-in: a network of all of them against double precision and
 * against numeric differences, in every order of threads, and with mistakes in its kernels.
 */
class SequencesTest {
  private static final int EXAMPLES = 4;
  private static final ChainSpec SPEC = Networks.of("tinytext");

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

  private static CudaEngine engine(CudaDevice device, Precision precision) {
    CudaEngine engine = CudaEngine.open(device, SPEC, EXAMPLES, precision);
    Numbers.features(engine.features(), SPEC, EXAMPLES);
    Numbers.labels(engine.labels(), SPEC, EXAMPLES);
    Numbers.parameters(engine.parameters(), SPEC);
    return engine;
  }

  private static SequenceReference.Result truth(CudaEngine engine) {
    return SequenceReference.of(
        SPEC,
        SmallNet.floats(engine.parameters(), (int) SPEC.parameters()),
        SmallNet.floats(engine.features(), EXAMPLES * SPEC.input().length()),
        SmallNet.floats(engine.labels(), EXAMPLES * SPEC.labels()),
        EXAMPLES);
  }

  private static float[] gradient(CudaEngine engine) {
    assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isNotNaN();
    return SmallNet.floats(engine.gradient(), (int) SPEC.parameters());
  }

  private static double distance(float[] seen, double[] truth, int from, int to) {
    double difference = 0;
    double length = 0;
    for (int i = from; i < to; i++) {
      difference += Math.pow(seen[i] - truth[i], 2);
      length += Math.pow(truth[i], 2);
    }
    return Math.sqrt(difference / length);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void gradientIsThatOfDoublePrecisionAndRepeats(Precision precision) {
    double bound = precision == Precision.EXACT ? 1e-5 : 5e-2;
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = engine(device, precision)) {
      SequenceReference.Result truth = truth(engine);
      double loss = engine.compute(EXAMPLES, 0, 0, 1);
      assertThat(loss).isCloseTo(truth.loss(), Offset.offset(bound * truth.loss()));
      float[] seen = SmallNet.floats(engine.gradient(), (int) SPEC.parameters());
      assertThat(distance(seen, truth.gradient(), 0, seen.length)).isLessThan(bound);
      assertThat(gradient(engine)).isEqualTo(seen);
      engine.infer(EXAMPLES);
      float[] output = SmallNet.floats(engine.output(), EXAMPLES * SPEC.outputs());
      assertThat(distance(output, truth.output(), 0, output.length)).isLessThan(bound);
    }
  }

  /** One minibatch after another of other sizes: what is kept between passes is their own. */
  @Test
  void fewerExamplesAreThoseAlone() {
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = engine(device, Precision.EXACT)) {
      double all = engine.compute(EXAMPLES, 0, 0, 1);
      double one = engine.compute(1, 0, 0, 1);
      SequenceReference.Result truth =
          SequenceReference.of(
              SPEC,
              SmallNet.floats(engine.parameters(), (int) SPEC.parameters()),
              SmallNet.floats(engine.features(), SPEC.input().length()),
              SmallNet.floats(engine.labels(), SPEC.labels()),
              1);
      assertThat(one).isLessThan(all).isCloseTo(truth.loss(), Offset.offset(1e-5 * one));
      float[] seen = SmallNet.floats(engine.gradient(), (int) SPEC.parameters());
      assertThat(distance(seen, truth.gradient(), 0, seen.length)).isLessThan(1e-5);
    }
  }

  @Test
  void gradientIsTheSlopeOfTheLoss() {
    int length = (int) SPEC.parameters();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = engine(device, Precision.EXACT)) {
      float[] gradient = gradient(engine);
      float[] start = SmallNet.floats(engine.parameters(), length);
      double square = 0;
      for (float each : gradient) {
        square += (double) each * each;
      }
      double step = 2e-3 / Math.sqrt(square);
      double[] losses = new double[2];
      for (int side = 0; side < 2; side++) {
        for (int i = 0; i < length; i++) {
          double move = (side == 0 ? -step : step) * gradient[i];
          engine.parameters().putFloat(4 * i, (float) (start[i] + move));
        }
        losses[side] = engine.compute(EXAMPLES, 0, 0, 1);
      }
      double slope = (losses[1] - losses[0]) / (2 * step);
      assertThat(slope).isCloseTo(square, Offset.offset(0.01 * square));
    }
  }

  @Test
  void numberThatIsNoTokenOrClassGivesNoGradient() {
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = engine(device, Precision.EXACT)) {
      engine.labels().putFloat(8, 11);
      assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isNaN();
      engine.labels().putFloat(8, 10);
      assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isNotNaN();
      engine.features().putFloat(4, -1);
      assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isNaN();
    }
  }

  @Test
  void layersNameWhatTheyCannotRead() {
    ChainSpec.Builder builder = ChainSpec.builder("wrong", Shape.vector(5));
    Assertions.assertThatThrownBy(() -> builder.add("attends", new Layer.Attention(2, true)))
        .hasMessageContaining("layer attends")
        .hasMessageContaining("no sequence");
    builder.add("tokens", new Layer.Embedding(7, 30, 0, Layer.NONE));
    Assertions.assertThatThrownBy(() -> builder.add("attends", new Layer.Attention(4, true)))
        .hasMessageContaining("4 heads to 30 values");
  }

  @Test
  void orderOfThreadsDoesNotMatter() {
    float[] truth = once();
    assertThat(findings(truth)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "8, a query sees the key after it",
    "9, missing barrier before exponentials are read",
    "10, missing barrier before tokens are replaced"
  })
  void plantedMistakeIsFound(int number, String what) {
    float[] truth = once();
    control.standinPlant(number);
    assertThat(findings(truth)).as(what).isNotEmpty();
  }

  private static float[] once() {
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = engine(device, Precision.EXACT)) {
      return gradient(engine);
    }
  }

  private List<String> findings(float[] truth) {
    List<String> findings = new ArrayList<>();
    for (int order = 0; order < 3; order++) {
      control.standinOrder(order);
      control.standinFail(-1, 0);
      try {
        if (!Arrays.equals(once(), truth)) {
          findings.add("order " + order + ": another gradient");
        }
      } catch (CudaException | AssertionError e) {
        findings.add("order " + order + ": " + e.getMessage());
      }
    }
    return findings;
  }
}
