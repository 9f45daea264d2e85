package io.trireme.driver.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StragglersTest {

  private final Stragglers stragglers = new Stragglers();

  private void note(int steps, long... millis) {
    for (int step = 0; step < steps; step++) {
      for (int worker = 0; worker < millis.length; worker++) {
        stragglers.note(worker, TimeUnit.MILLISECONDS.toNanos(millis[worker]));
      }
    }
  }

  @Test
  void equalWorkersAreFine() {
    note(200, 100, 110, 90);
    assertThat(stragglers.take()).isEmpty();
  }

  @Test
  void oneThatIsMoreThanTwiceAsSlowIsNamedOnceUntilItRecovers() {
    note(100, 100, 250, 100);
    assertThat(stragglers.take())
        .containsExactly(
            "worker 1 is late: it computes 250 ms a step, the others 100 ms; all wait for it");
    note(100, 100, 250, 100);
    assertThat(stragglers.take()).isEmpty();
    note(100, 100, 100, 100);
    note(100, 100, 100, 900);
    assertThat(stragglers.take()).singleElement().asString().startsWith("worker 2 is late");
    note(100, 100, 900, 100);
    assertThat(stragglers.take()).singleElement().asString().startsWith("worker 1 is late");
  }

  @Test
  void singleSlowStepsDoNotMatter() {
    for (int i = 0; i < 20; i++) {
      note(9, 100, 100, 100);
      note(1, 100, 5000, 100);
    }
    assertThat(stragglers.take()).isEmpty();
  }

  @Test
  void shortDifferencesAreNotWorthTelling() {
    note(100, 1, 15, 1);
    assertThat(stragglers.take()).isEmpty();
  }

  @Test
  void oneAloneIsNotLate() {
    note(100, 500);
    assertThat(stragglers.take()).isEmpty();
  }
}
