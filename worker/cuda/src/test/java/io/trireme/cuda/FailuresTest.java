package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.cuda.spec.ChainSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What fails, fails with a word, and leaves nothing behind. */
class FailuresTest {
  private static final int ILLEGAL_ADDRESS = 700;

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

  private static void everything() {
    ChainSpec spec = SmallNet.spec();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, 2)) {
      SmallNet.fill(engine, spec, 2);
      assertThat(engine.compute(2, 0, 0, 1)).isNotNaN();
      engine.infer(1);
      assertThat(device.freeBytes()).isPositive();
    }
  }

  @Test
  void eachCallFailingOnceIsAnExceptionAndNothingIsLeft() {
    long before = control.standinCalls();
    everything();
    long calls = control.standinCalls() - before;
    assertThat(control.standinLive()).isZero();
    for (long call = 1; call <= calls; call++) {
      control.standinFail(call, ILLEGAL_ADDRESS);
      assertThatThrownBy(FailuresTest::everything)
          .as("call %d of %d", call, calls)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
      assertThat(control.standinLive())
          .as("left after call %d, %s", call, control.standinFailed())
          .isZero();
    }
  }

  @Test
  void noCardSaysHowToSeeOne() {
    control.standinDevice(0, 0, 0, 13000);
    assertThatThrownBy(() -> CudaDevice.open(0))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("cuInit")
        .hasMessageContaining("CUDA_VISIBLE_DEVICES");
  }

  @Test
  void anotherNumberThanThereAreCards() {
    assertThatThrownBy(() -> CudaDevice.open(3))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("cuDeviceGet 3")
        .hasMessageContaining("nvidia-smi -L");
  }

  @Test
  void anOldCardIsNamed() {
    control.standinDevice(1, 6, 1, 12000);
    assertThatThrownBy(() -> CudaDevice.open(0))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("capability 6.1");
    assertThat(control.standinLive()).isZero();
  }

  @Test
  void tooLittleMemoryNamesModelAndBatch() {
    control.standinMemory(20 << 20);
    ChainSpec spec = SmallNet.spec();
    try (CudaDevice device = CudaDevice.open(0)) {
      assertThatThrownBy(() -> CudaEngine.open(device, spec, 5000))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("model small")
          .hasMessageContaining("batch 5000")
          .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
    }
    assertThat(control.standinLive()).isZero();
  }
}
