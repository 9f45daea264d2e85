package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.engine.CardEncoder;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
      codec(device);
    }
  }

  private static void codec(CudaDevice device) {
    try (CardEncoder encoder =
        CardEncoder.open(device.context(), new GradientCodec.Onebit(), CodedBlock.of(40))) {
      assertThat(encoder.encode(0, 1)).isEqualTo(4);
      encoder.readResidual();
      encoder.writeResidual();
      assertThat(encoder.encode(1, 1)).isEqualTo(4);
      assertThat(encoder.milliseconds(1)).isNotNegative();
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
  void tooLittleMemoryNamesModelAndBatchAndWhatWouldFit() {
    control.standinMemory(40 << 20);
    ChainSpec spec = SmallNet.spec();
    try (CudaDevice device = CudaDevice.open(0)) {
      Throwable thrown = catchThrowable(() -> CudaEngine.open(device, spec, 50_000));
      assertThat(thrown)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("model small with batch 50000")
          .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
      Matcher fits =
          Pattern.compile("batch (\\d+) would fit").matcher(String.valueOf(thrown.getMessage()));
      assertThat(fits.find()).as(thrown.getMessage()).isTrue();
      int batch = Integer.parseInt(fits.group(1));
      CudaEngine.open(device, spec, batch).close();
      assertThatThrownBy(() -> CudaEngine.open(device, spec, batch + 100))
          .isInstanceOf(CudaException.class);
    }
    assertThat(control.standinLive()).isZero();
  }

  @Test
  void tooLittleMemoryForAnyBatchSaysSo() {
    control.standinMemory(1 << 20);
    try (CudaDevice device = CudaDevice.open(0)) {
      assertThatThrownBy(() -> CudaEngine.open(device, SmallNet.spec(), 8))
          .hasMessageContaining("not even batch 1 would fit");
    }
    assertThat(control.standinLive()).isZero();
  }
}
