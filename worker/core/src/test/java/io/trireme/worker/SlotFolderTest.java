package io.trireme.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.cuda.StandIn;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.ModelFamily;
import io.trireme.worker.engine.TrainableModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Slots that are summed where they are computed have the bits of those that the processor adds: on
 * the stand-in of a card, for nodes of a tree, in steps with and without empty slots.
 */
class SlotFolderTest {
  /** The second step has 3 examples for 6 slots. */
  private static final SlotPlan PLAN = new SlotPlan(15, 12, 6);

  private static final List<TreeNode> NODES =
      List.of(new TreeNode(3, 4), new TreeNode(4, 6), new TreeNode(0, 6), new TreeNode(0, 4));

  @BeforeEach
  void start() throws Exception {
    StandIn.use();
  }

  private static TrainableModel model() {
    OptimizerConfig sgd =
        new OptimizerConfig(
            "sgd",
            Map.of(),
            OptimizerConfig.ScheduleConfig.fixed(0.1),
            0,
            0,
            0,
            GradientNormalization.None,
            1,
            0);
    ExampleSchema schema =
        new ExampleSchema(
            List.of(
                new TensorSpec("image", Role.FEATURE, ElementType.UINT8, List.of(1, 6, 6), 0, 1),
                new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), 10, 1)));
    return ModelFamily.named("dl4j")
        .create(new ModelConfig("mlp", null), sgd, 5, schema, new Configuration(false));
  }

  private static void read(long index, int row, ExampleBatch batch) {
    Random random = new Random(index);
    for (int i = 0; i < 36; i++) {
      batch.buffer(0).putFloat(Float.BYTES * (row * 36 + i), random.nextFloat());
    }
    for (int i = 0; i < 10; i++) {
      batch.buffer(1).putFloat(Float.BYTES * (row * 10 + i), i == index % 10 ? 1 : 0);
    }
  }

  /** The same computer without its sums. */
  private record Plain(SlotComputer of) implements SlotComputer {
    @Override
    public double compute(long step, int slot) {
      return of.compute(step, slot);
    }

    @Override
    public DirectBuffer gradient() {
      return of.gradient();
    }
  }

  private static byte[] bytes(DirectBuffer from) {
    byte[] bytes = new byte[from.capacity()];
    from.getBytes(0, bytes);
    return bytes;
  }

  private static SlotFolder folder(SlotComputer computer, GradientEngine engine) {
    return new SlotFolder(PLAN, computer, (int) engine.layout().length(), () -> false);
  }

  @Test
  void sumsOfTheCardHaveTheBitsOfTheProcessors() {
    try (GradientEngine engine = model().engine("cuda", 2)) {
      EngineSlotComputer computer = new EngineSlotComputer(engine, SlotFolderTest::read, PLAN, 7);
      assertThat(computer.sums()).isNotNull();
      try (SlotFolder onCard = folder(computer, engine);
          SlotFolder onHost = folder(new Plain(computer), engine)) {
        for (long step = 0; step < 2; step++) {
          for (TreeNode node : NODES) {
            float before = engine.parameters().getFloat(0);
            engine.parameters().putFloat(0, before + 0.5f);
            byte[] expected = bytes(Objects.requireNonNull(onHost.fold(step, node)));
            byte[] seen = bytes(Objects.requireNonNull(onCard.fold(step, node)));
            assertThat(seen).as("step %d, %s", step, node).isEqualTo(expected);
            assertThat(onCard.scoreSum()).isEqualTo(onHost.scoreSum()).isPositive();
          }
        }
      }
    }
  }

  @Test
  void sumThatIsLeftOffIsForgotten() {
    try (GradientEngine engine = model().engine("cuda", 2)) {
      EngineSlotComputer computer = new EngineSlotComputer(engine, SlotFolderTest::read, PLAN, 7);
      int[] asked = {0};
      SlotFolder leaving =
          new SlotFolder(PLAN, computer, (int) engine.layout().length(), () -> ++asked[0] == 3);
      try (leaving;
          SlotFolder onHost = folder(new Plain(computer), engine)) {
        TreeNode all = new TreeNode(0, 6);
        assertThat(leaving.fold(0, all)).isNull();
        byte[] seen = bytes(Objects.requireNonNull(leaving.fold(0, all)));
        assertThat(seen).isEqualTo(bytes(Objects.requireNonNull(onHost.fold(0, all))));
      }
    }
  }
}
