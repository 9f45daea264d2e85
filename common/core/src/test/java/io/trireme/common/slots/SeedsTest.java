package io.trireme.common.slots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedsTest {

  /** A job that is resumed by a later version must find the same order and the same dropout. */
  @Test
  void valuesNeverChange() {
    assertThat(Seeds.mix(0, 0)).isEqualTo(0xe220a8397b1dcdafL); // SplitMix64's first, seed 0
    assertThat(Seeds.mix(0, 1)).isEqualTo(0x6e789e6aa1b965f4L); // and its second
    assertThat(Seeds.ofEpoch(42, 1)).isEqualTo(Seeds.mix(Seeds.mix(42, 0x6f726465L), 1));
    assertThat(Seeds.ofSlot(42, 7, 3))
        .isEqualTo(Seeds.mix(Seeds.mix(Seeds.mix(42, 0x736c6f74L), 7), 3));
  }

  @Test
  void noTwoOfAJobAreEqual() {
    Set<Long> seen = new HashSet<>();
    for (int epoch = 0; epoch < 1000; epoch++) {
      assertThat(seen.add(Seeds.ofEpoch(42, epoch))).isTrue();
    }
    for (long step = 0; step < 1000; step++) {
      for (int slot = 0; slot < 64; slot++) {
        assertThat(seen.add(Seeds.ofSlot(42, step, slot))).isTrue();
      }
    }
  }

  @Test
  void neighbouringJobsShareNone() {
    Set<Long> seen = new HashSet<>();
    for (long job = -50; job < 50; job++) {
      for (int i = 0; i < 100; i++) {
        assertThat(seen.add(Seeds.ofEpoch(job, i))).isTrue();
        assertThat(seen.add(Seeds.ofSlot(job, i, i + 1))).isTrue();
      }
    }
  }

  @Test
  void oneBitOfTheStepChangesAboutHalfTheSeed() {
    int changed = 0;
    for (long step = 0; step < 1024; step++) {
      changed += Long.bitCount(Seeds.ofSlot(1, step, 0) ^ Seeds.ofSlot(1, step ^ 1, 0));
    }
    assertThat(changed / 1024.0).isBetween(31.0, 33.0);
  }
}
