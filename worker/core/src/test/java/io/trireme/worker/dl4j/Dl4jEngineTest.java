package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.layout.SegmentKind;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.GradientEngine;
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
    try (GradientEngine engine = Nets.engine(network, 4)) {
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
    try (GradientEngine engine =
        Nets.engine(Nets.convolutional(b -> b.updater(new Sgd(0.1))), 16)) {
      fill(engine, 16);
      byte[] first = gradient(engine, 16, 3);
      assertThat(gradient(engine, 16, 4)).isNotEqualTo(first);
      assertThat(gradient(engine, 5, 3)).isNotEqualTo(first);
      assertThat(gradient(engine, 16, 3)).isEqualTo(first);
    }
  }

  @Test
  void rowsBeyondTheExamplesDoNotMatter() {
    try (GradientEngine engine = Nets.engine(Nets.graph(b -> b.updater(new Sgd(0.1))), 16)) {
      fill(engine, 16);
      byte[] before = gradient(engine, 9, 3);
      engine.batch().buffer(0).putFloat(9 * 36 * Float.BYTES, Float.NaN);
      assertThat(gradient(engine, 9, 3)).isEqualTo(before);
    }
  }

  @Test
  void predictsProbabilitiesRowByRow() {
    try (GradientEngine engine = Nets.engine(Nets.convolutional(b -> b.updater(new Sgd(0.1))), 8)) {
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
    var layout = Nets.layout(Nets.graph(b -> b.updater(new Adam(0.1))));
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
    try (GradientEngine engine = Nets.engine(Nets.dense(b -> b.updater(new Sgd(0.1))), 4)) {
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
    assertThatThrownBy(() -> Nets.layout(network))
        .isInstanceOfSatisfying(
            BadModelException.class,
            e ->
                assertThat(e.problems())
                    .anyMatch(problem -> problem.startsWith("layer 0: constraints"))
                    .anyMatch(problem -> problem.contains("layerwise pretraining")));
  }

  @Test
  void outputsWithoutLabelsAreRefused() {
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
    assertThatThrownBy(() -> Nets.engine(graph, 4))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("the outputs [a, b], the data has the labels [label]");
  }

  private static void fill(GradientEngine engine, int examples) {
    Random random = new Random(2);
    for (int i = 0; i < examples * Nets.FEATURES; i++) {
      engine.batch().buffer(0).putFloat(i * Float.BYTES, random.nextFloat());
    }
    for (int i = 0; i < examples; i++) {
      engine.batch().buffer(1).putFloat((i * Nets.CLASSES + i % 3) * Float.BYTES, 1);
    }
  }

  private static byte[] gradient(GradientEngine engine, int examples, long seed) {
    assertThat(engine.compute(examples, 0, 0, seed)).isFinite();
    byte[] bytes = new byte[engine.gradient().capacity()];
    engine.gradient().getBytes(0, bytes);
    return bytes;
  }
}
