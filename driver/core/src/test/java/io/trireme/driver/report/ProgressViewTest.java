package io.trireme.driver.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingPhase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressViewTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong clock = new AtomicLong();

  private static Progress at(long step) {
    return new Progress(step, 600, 1, 2, 0.25, 0.001, 3210.4, 0, 0, 1, 0);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void passSeconds(long seconds) {
    clock.addAndGet(seconds * 1_000_000_000L);
  }

  @Test
  void showsPlainLinesNoMoreThanEveryFewSeconds() {
    try (ProgressView view = ProgressView.on(out, false, clock::get)) {
      view.phase(TrainingPhase.PREPARING);
      passSeconds(100);
      view.phase(TrainingPhase.TRAINING);
      for (int step = 100; step <= 600; step += 100) {
        passSeconds(2);
        view.progress(at(step));
      }
      view.warning("worker 1 is slow");
      view.phase(TrainingPhase.EVALUATING);
    }
    assertThat(shown().lines())
        .containsExactly(
            "preparing data",
            "training",
            "step 300/600  epoch 1/2  loss 0.2500  3,210 examples/s  0:06 left",
            "step 600/600  epoch 1/2  loss 0.2500  3,210 examples/s",
            "warning: worker 1 is slow",
            "evaluating");
  }

  @Test
  void tellsTheTimeThatIsLeft() {
    assertThat(ProgressView.timeLeft(90, 10, 1_000_000_000L)).isEqualTo("0:09 left");
    assertThat(ProgressView.timeLeft(3_723, 1, 1_000_000_000L)).isEqualTo("1:02:03 left");
    assertThat(ProgressView.timeLeft(0, 10, 1_000_000_000L)).isEmpty();
    assertThat(ProgressView.timeLeft(10, 0, 1_000_000_000L)).isEmpty();
  }

  @Test
  void drawsABarOnATerminal() {
    try (ProgressBarView view = new ProgressBarView(out, 120)) {
      view.phase(TrainingPhase.STARTING);
      view.phase(TrainingPhase.TRAINING);
      passSeconds(30);
      view.progress(at(150));
      view.warning("worker 1 is slow");
      view.progress(at(600));
      view.phase(TrainingPhase.SAVING);
    }
    assertThat(shown())
        .startsWith("starting workers and servers\n")
        .contains("\u001b[2Kwarning: worker 1 is slow\n")
        .contains("training 100% [====")
        .containsPattern("600/600 .*loss 0.2500  3,210 examples/s  epoch 1/2")
        .endsWith("\nsaving the model\n");
  }
}
