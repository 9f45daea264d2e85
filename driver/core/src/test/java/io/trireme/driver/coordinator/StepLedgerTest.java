package io.trireme.driver.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class StepLedgerTest {

  private final StepLedger ledger = new StepLedger(4, 3, unused -> {});

  /** One example a slot, with this score each. */
  private boolean note(long life, long step, int slotFrom, int slotTo, double score) {
    return ledger.note(
        life, Fleet.stepReport(1, step, slotFrom, slotTo, score * (slotTo - slotFrom)));
  }

  @Test
  void stepIsToldOnceAllOfItsSlotsAre() {
    assertThat(note(1, 3, 0, 2, 1)).isTrue();
    assertThat(ledger.take()).isEmpty();
    assertThat(note(2, 3, 2, 4, 3)).isTrue();
    assertThat(ledger.take())
        .extracting(GlobalStep::step, GlobalStep::examples, GlobalStep::loss, GlobalStep::sentBytes)
        .containsExactly(tuple(3L, 4, 2.0, 2000L));
    assertThat(ledger.take()).isEmpty();
  }

  @Test
  void stepsAreToldInOrder() {
    assertThat(note(1, 4, 0, 4, 1)).isTrue();
    assertThat(ledger.take()).isEmpty();
    assertThat(note(1, 3, 0, 4, 1)).isTrue();
    assertThat(ledger.take()).extracting(GlobalStep::step).containsExactly(3L, 4L);
  }

  @Test
  void whatWasToldBeforeIsNothingNew() {
    assertThat(note(1, 3, 0, 2, 1)).isTrue();
    assertThat(note(1, 3, 0, 2, 1)).isFalse();
    assertThat(note(9, 3, 0, 2, 50)).as("computed again by another").isFalse();
    assertThat(note(2, 3, 2, 4, 1)).isTrue();
    assertThat(note(2, 3, 2, 4, 1)).isFalse();
    assertThat(note(2, 2, 0, 4, 1)).isFalse();
    assertThat(ledger.take())
        .extracting(GlobalStep::examples, GlobalStep::loss)
        .containsExactly(tuple(4, 1.0));
  }

  @Test
  void overlappingReportsCountNoSlotTwice() {
    assertThat(note(1, 3, 0, 2, 1)).isTrue();
    assertThat(note(2, 3, 1, 3, 1)).as("slot 2 is new").isTrue();
    assertThat(ledger.take()).isEmpty();
    assertThat(note(2, 3, 3, 4, 1)).isTrue();
    assertThat(ledger.take())
        .singleElement()
        .satisfies(
            step -> {
              assertThat(step.examples()).isLessThanOrEqualTo(4);
              assertThat(step.loss()).isEqualTo(1);
            });
  }

  @Test
  void generationThatBeginsLaterTellsWhatCameBeforeIt() {
    assertThat(note(1, 3, 0, 2, 1)).isTrue();
    assertThat(note(1, 4, 0, 4, 2)).isTrue();
    ledger.pass(5);
    assertThat(ledger.take())
        .extracting(GlobalStep::step, GlobalStep::examples, GlobalStep::loss)
        .containsExactly(tuple(3L, 2, 1.0), tuple(4L, 4, 2.0));
    assertThat(note(2, 3, 2, 4, 1)).as("too late").isFalse();
    ledger.pass(4);
    assertThat(note(2, 4, 0, 4, 1)).as("never back").isFalse();
    assertThat(note(2, 5, 0, 4, 1)).isTrue();
    assertThat(ledger.take()).extracting(GlobalStep::step).containsExactly(5L);
  }

  @Test
  void stepOfWhichNoReportIsLeftIsPassedOver() {
    ledger.pass(4);
    assertThat(ledger.take()).isEmpty();
    assertThat(note(1, 4, 0, 4, 1)).isTrue();
    assertThat(ledger.take()).extracting(GlobalStep::step).containsExactly(4L);
  }

  @Test
  void slotsThatDoNotExistAreRefused() {
    assertThat(note(1, 3, -1, 2, 1)).isFalse();
    assertThat(note(1, 3, 2, 5, 1)).isFalse();
    assertThat(note(1, 3, 2, 2, 1)).isFalse();
    assertThat(ledger.take()).isEmpty();
  }
}
