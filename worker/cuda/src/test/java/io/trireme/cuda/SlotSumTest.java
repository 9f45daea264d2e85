package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.cuda.engine.CardEncoder;
import io.trireme.cuda.engine.GradientEncoder;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sums of slots on the card have the bits of sums along the tree on the CPU. */
class SlotSumTest {
  private static final int EXAMPLES = 2;

  @BeforeEach
  void start() throws Exception {
    StandIn.use();
  }

  @Test
  void sumHasTheBitsOfTheTree() {
    ChainSpec spec = SmallNet.spec();
    int length = (int) spec.parameters();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES)) {
      float[][] gradients = new float[11][];
      double[] losses = new double[gradients.length];
      for (int i = 0; i < gradients.length; i++) {
        minibatch(engine, spec, i);
        losses[i] = engine.compute(EXAMPLES, i, 0, 1);
        gradients[i] = SmallNet.floats(engine.gradient(), length);
      }
      for (int slots = 1; slots <= gradients.length; slots++) {
        engine.startSlots(slots);
        for (int i = 0; i < slots; i++) {
          minibatch(engine, spec, i);
          assertThat(engine.addSlot(EXAMPLES, i, 0, 1)).isEqualTo(losses[i]);
        }
        engine.finishSlots();
        assertThat(SmallNet.floats(engine.gradient(), length))
            .as("%d slots", slots)
            .isEqualTo(sum(gradients, 0, slots));
      }
    }
  }

  @Test
  void sumIsEncodedWhereItLies() {
    ChainSpec spec = SmallNet.spec();
    int offset = 5;
    CodedBlock block = CodedBlock.of((int) spec.parameters() - offset);
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES);
        CardEncoder fromHost =
            CardEncoder.open(device.context(), new GradientCodec.Int8(64), block)) {
      GradientEncoder inPlace = engine.encoder(new GradientCodec.Int8(64), offset, block);
      for (int step = 0; step < 3; step++) {
        engine.startSlots(2);
        for (int i = 0; i < 2; i++) {
          minibatch(engine, spec, i + step);
          engine.addSlot(EXAMPLES, step, 0, 1);
        }
        engine.sumSlots();
        int bytes = inPlace.encode(step, 9);
        engine.finishSlots();
        fromHost.floats().put(0, engine.gradient(), 4 * offset, 4 * block.length());
        assertThat(bytes).isPositive().isEqualTo(fromHost.encode(step, 9));
        assertThat(inPlace.encoding().slice(0, bytes))
            .isEqualTo(fromHost.encoding().slice(0, bytes));
        assertThat(inPlace.readResidual()).isEqualTo(fromHost.readResidual());
      }
      assertThatThrownBy(() -> engine.encoder(new GradientCodec.Bf16(), 6, block))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void tooFewOrTooManySlotsAreRefused() {
    ChainSpec spec = SmallNet.spec();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES)) {
      minibatch(engine, spec, 0);
      assertThat(engine.profileSlots(2, 1)).hasSize(3);
      engine.startSlots(2);
      engine.addSlot(EXAMPLES, 0, 0, 1);
      assertThatThrownBy(engine::finishSlots).hasMessageContaining("1 of 2 slots");
      engine.addSlot(EXAMPLES, 0, 0, 1);
      assertThatThrownBy(() -> engine.addSlot(EXAMPLES, 0, 0, 1))
          .hasMessageContaining("all 2 slots");
      assertThatThrownBy(() -> engine.startSlots(0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void minibatch(CudaEngine engine, ChainSpec spec, int slot) {
    SmallNet.fill(engine, spec, EXAMPLES);
    for (int i = 0; i < EXAMPLES * spec.input().length(); i++) {
      engine.features().putFloat(4 * i, engine.features().getFloat(4 * i) + 0.3f * slot);
    }
  }

  private static float[] sum(float[][] gradients, int lo, int hi) {
    if (hi - lo == 1) {
      return gradients[lo];
    }
    int middle = lo + Integer.highestOneBit(hi - lo - 1);
    float[] left = sum(gradients, lo, middle);
    float[] right = sum(gradients, middle, hi);
    float[] all = new float[left.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = left[i] + right[i];
    }
    return all;
  }
}
