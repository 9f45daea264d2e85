package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.layout.SegmentKind;
import io.trireme.worker.engine.BadModelException;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

class Dl4jEngineTest {

  @Test
  void buffersAreTheModelsOwnMemory() {
    MultiLayerNetwork network = Nets.dense(b -> b.updater(new Sgd(0.1)));
    try (Dl4jEngine engine = new Dl4jEngine(network, Nets.FACTS, 4)) {
      engine.parameters().putFloat(40, 7.5f);
      assertThat(network.params().getFloat(10)).isEqualTo(7.5f);
      fill(engine, 4);
      double score = engine.compute(4, 0, 0, 1);
      assertThat(score).isPositive();
      assertThat(engine.gradient().getFloat(40))
          .isEqualTo(network.getFlattenedGradients().getFloat(10))
          .isNotZero();
    }
  }

  @Test
  void gradientIsRepeatableAndFollowsTheSeed() {
    try (Dl4jEngine engine =
        new Dl4jEngine(Nets.convolutional(b -> b.updater(new Sgd(0.1))), Nets.FACTS, 16)) {
      fill(engine, 16);
      byte[] first = gradient(engine, 16, 3);
      assertThat(gradient(engine, 16, 4)).isNotEqualTo(first);
      assertThat(gradient(engine, 5, 3)).isNotEqualTo(first);
      assertThat(gradient(engine, 16, 3)).isEqualTo(first);
    }
  }

  @Test
  void rowsBeyondTheExamplesDoNotMatter() {
    try (Dl4jEngine engine =
        new Dl4jEngine(Nets.graph(b -> b.updater(new Sgd(0.1))), Nets.FACTS, 16)) {
      fill(engine, 16);
      byte[] before = gradient(engine, 9, 3);
      engine.features().putFloat(9 * 36 * Float.BYTES, Float.NaN);
      assertThat(gradient(engine, 9, 3)).isEqualTo(before);
    }
  }

  @Test
  void predictsProbabilitiesRowByRow() {
    try (Dl4jEngine engine =
        new Dl4jEngine(Nets.convolutional(b -> b.updater(new Sgd(0.1))), Nets.FACTS, 8)) {
      fill(engine, 8);
      engine.predict(8);
      UnsafeBuffer all = new UnsafeBuffer(new byte[8 * 3 * Float.BYTES]);
      all.putBytes(0, engine.output("label"), 0, all.capacity());
      for (int i = 0; i < 8; i++) {
        float sum = 0;
        for (int j = 0; j < 3; j++) {
          sum += all.getFloat((i * 3 + j) * Float.BYTES);
        }
        assertThat((double) sum).isCloseTo(1.0, within(1e-5));
      }
      engine.predict(2);
      DirectBuffer two = engine.output("label");
      for (int i = 0; i < 6; i++) {
        assertThat(two.getFloat(i * 4)).isCloseTo(all.getFloat(i * 4), within(1e-6f));
      }
    }
  }

  @Test
  void layoutNamesStatistics() {
    var layout = Layouts.of(Nets.graph(b -> b.updater(new Adam(0.1))));
    assertThat(layout.segments())
        .filteredOn(segment -> segment.kind() == SegmentKind.STATISTIC)
        .extracting(segment -> segment.name())
        .containsExactly("norm_mean", "norm_log10stdev");
    assertThat(layout.layers())
        .extracting(layer -> layer.name())
        .containsExactly("conv", "norm", "dense", "out");
  }

  @Test
  void examplesBeyondCapacityAreRefused() {
    try (Dl4jEngine engine =
        new Dl4jEngine(Nets.dense(b -> b.updater(new Sgd(0.1))), Nets.FACTS, 4)) {
      for (int examples : new int[] {0, 5}) {
        assertThatThrownBy(() -> engine.compute(examples, 0, 0, 1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("examples: " + examples + ", expected 1 to 4");
      }
    }
  }

  @Test
  void whatServersCannotDoIsRefusedTogether() {
    MultiLayerNetwork network =
        Nets.init(
            Nets.builder(b -> b.updater(new Sgd(0.1)))
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nOut(8)
                        .constrainWeights(new MaxNormConstraint(1, 1))
                        .build())
                .layer(
                    new VariationalAutoencoder.Builder()
                        .encoderLayerSizes(5)
                        .decoderLayerSizes(5)
                        .nOut(4)
                        .build())
                .layer(Nets.output().build())
                .setInputType(InputType.feedForward(36)));
    assertThatThrownBy(() -> Layouts.of(network))
        .isInstanceOfSatisfying(
            BadModelException.class,
            e ->
                assertThat(e.problems())
                    .anyMatch(problem -> problem.startsWith("layer 0: constraints"))
                    .anyMatch(problem -> problem.contains("layerwise pretraining")));
  }

  @Test
  void severalOutputsAreRefused() {
    ComputationGraph graph =
        new ComputationGraph(
            Nets.builder(b -> b.updater(new Sgd(0.1)))
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", Nets.output().build(), "in")
                .addLayer("b", Nets.output().build(), "in")
                .setOutputs("a", "b")
                .setInputTypes(InputType.feedForward(36))
                .build());
    graph.init();
    assertThatThrownBy(() -> new Dl4jEngine(graph, Nets.FACTS, 4))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("1 inputs and 2 outputs");
  }

  private static void fill(Dl4jEngine engine, int examples) {
    Random random = new Random(2);
    for (int i = 0; i < examples * engine.featureLength(); i++) {
      engine.features().putFloat(i * Float.BYTES, random.nextFloat());
    }
    for (int i = 0; i < examples; i++) {
      engine.labels().putFloat((i * engine.labelLength() + i % 3) * Float.BYTES, 1);
    }
  }

  private static byte[] gradient(Dl4jEngine engine, int examples, long seed) {
    assertThat(engine.compute(examples, 0, 0, seed)).isFinite();
    byte[] bytes = new byte[engine.gradient().capacity()];
    engine.gradient().getBytes(0, bytes);
    return bytes;
  }
}
