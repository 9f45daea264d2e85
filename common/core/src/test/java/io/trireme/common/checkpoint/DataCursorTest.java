package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DataCursorTest {

  /** People count epochs that were begun, and at an epoch's end the next has not begun. */
  @Test
  void theEpochReachedIsThatOfTheLastStep() {
    assertThat(new DataCursor(0, 0, "").epochReached()).isEqualTo(1);
    assertThat(new DataCursor(0, 128, "").epochReached()).isEqualTo(1);
    assertThat(new DataCursor(1, 0, "").epochReached()).isEqualTo(1);
    assertThat(new DataCursor(1, 128, "").epochReached()).isEqualTo(2);
    assertThat(new DataCursor(3, 0, "").epochReached()).isEqualTo(3);
  }
}
