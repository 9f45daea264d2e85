package io.trireme.worker.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.OuterConfig;
import io.trireme.common.slots.Seeds;
import io.trireme.common.slots.SlotPlan;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.EpochInput;
import io.trireme.worker.SlotComputer;
import io.trireme.worker.dl4j.Dl4jModel;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.GradientEngine;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Local steps of real networks. */
class LocalTrainingOfNetsTest {
  private static final ExampleSchema SCHEMA =
      new ExampleSchema(
          List.of(
              new TensorSpec("image", Role.FEATURE, ElementType.FLOAT32, List.of(1, 6, 6), 0, 1),
              new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), 3, 1)));
  private static final long SEED = 5;
  private static final int EXAMPLES = 50;
  private static final int BATCH = 12;
  private static final int SLOTS = 3;

  /** Batch normalisation, dropout and L2, so that all of it is seen to be carried. */
  private static MultiLayerNetwork net(IUpdater updater, boolean normalised) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(11)
            .activation(Activation.TANH)
            .updater(updater)
            .l2(0.01)
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build());
    if (normalised) {
      list.layer(new BatchNormalization());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(new DenseLayer.Builder().nOut(7).dropOut(0.8).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutionalFlat(6, 6, 1))
                .build());
    network.init();
    return network;
  }

  private static GradientEngine engine(MultiLayerNetwork network) {
    return Dl4jModel.of(network, SCHEMA).engine(EngineProvider.CPU, 4);
  }

  private static void source(long index, int row, ExampleBatch batch) {
    Random random = new Random(index);
    int label = (int) (index % 3);
    for (int i = 0; i < 36; i++) {
      float value = random.nextFloat() + (i % 3 == label ? 0.5f : 0);
      batch.buffer(0).putFloat((row * 36 + i) * Float.BYTES, value);
    }
    for (int i = 0; i < 3; i++) {
      batch.buffer(1).putFloat((row * 3 + i) * Float.BYTES, i == label ? 1 : 0);
    }
  }

  @Test
  void oneLocalStepAndAveragingEqualsBsp() {
    SlotPlan steps = new SlotPlan(EXAMPLES, BATCH, SLOTS);
    LocalRounds rounds = LocalRounds.of(EXAMPLES, BATCH, SLOTS, 1);
    assertThat(rounds.rounds()).isEqualTo(steps);
    try (GradientEngine one = engine(net(new Sgd(0.1), true));
        GradientEngine other = engine(net(new Sgd(0.1), true));
        LocalSlotComputer local =
            new LocalSlotComputer(other, LocalTrainingOfNetsTest::source, rounds, SEED, 0);
        OuterServer bsp = new OuterServer(one, one.layout());
        OuterServer averaging = new OuterServer(other, OuterConfig.averaging())) {
      float[] initial = floats(one.parameters());
      for (long step = 0; step < 10; step++) {
        bsp.round(new Gradients(one, steps), steps, step);
        bsp.copyTo(one);
        averaging.round(local, rounds, step);
        averaging.copyTo(other);
      }
      assertThat(floats(one.parameters())).isNotEqualTo(initial);
      assertThat(floats(other.parameters()))
          .containsExactly(floats(one.parameters()), within(2e-5f));
    }
  }

  @Test
  void slotsGiveTheSameBitsInAnyOrderAndPlace() {
    LocalRounds rounds = LocalRounds.of(EXAMPLES, BATCH, SLOTS, 3);
    try (GradientEngine one = engine(net(new Adam(0.01), true));
        GradientEngine other = engine(net(new Adam(0.01), true));
        LocalSlotComputer here =
            new LocalSlotComputer(one, LocalTrainingOfNetsTest::source, rounds, SEED, 0.5);
        LocalSlotComputer there =
            new LocalSlotComputer(other, LocalTrainingOfNetsTest::source, rounds, SEED, 0.5)) {
      float[][] expected = new float[SLOTS][];
      for (int slot = 0; slot < SLOTS; slot++) {
        here.compute(1, slot);
        expected[slot] = floats(here.gradient());
        assertThat(expected[slot]).isNotEqualTo(new float[expected[slot].length]);
      }
      there.compute(0, 1);
      for (int slot : new int[] {2, 0, 1, 2}) {
        there.compute(1, slot);
        assertThat(floats(there.gradient())).isEqualTo(expected[slot]);
        there.compute(3, slot);
      }
    }
  }

  @Test
  void localStepsLearn() {
    LocalRounds rounds = LocalRounds.of(EXAMPLES, BATCH, SLOTS, 4);
    try (GradientEngine engine = engine(net(new Adam(0.01), false));
        LocalSlotComputer local =
            new LocalSlotComputer(engine, LocalTrainingOfNetsTest::source, rounds, SEED, 0);
        OuterServer server = new OuterServer(engine, OuterConfig.averaging())) {
      double first = local.compute(0, 0);
      for (long round = 0; round < 20; round++) {
        server.round(local, rounds, round);
        server.copyTo(engine);
      }
      assertThat(local.compute(20, 0)).isLessThan(first / 2);
    }
  }

  /** What {@code bsp} computes. */
  private static final class Gradients implements SlotComputer {
    private final GradientEngine engine;
    private final SlotPlan steps;
    private final EpochInput input;

    Gradients(GradientEngine engine, SlotPlan steps) {
      this.engine = engine;
      this.steps = steps;
      this.input = new EpochInput(engine, LocalTrainingOfNetsTest::source, EXAMPLES, SEED);
    }

    @Override
    public double compute(long step, int slot) {
      int count = steps.examplesInSlot(step, slot);
      int epoch = steps.epochOf(step);
      input.load(epoch, steps.firstOfStep(step) + steps.offsetOfSlot(step, slot), count);
      return engine.compute(count, step, epoch, Seeds.ofSlot(SEED, step, slot));
    }

    @Override
    public DirectBuffer gradient() {
      return engine.gradient();
    }
  }

  private static float[] floats(DirectBuffer buffer) {
    float[] floats = new float[buffer.capacity() / Float.BYTES];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = buffer.getFloat(i * Float.BYTES);
    }
    return floats;
  }
}
