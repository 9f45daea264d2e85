package io.trireme.driver.run;

import io.trireme.driver.api.event.CompressionEvent;
import io.trireme.driver.api.event.RecoveryEvent;
import io.trireme.driver.coordinator.CodecDecision;
import io.trireme.driver.coordinator.Recovery;

/** The coordinator's news as listeners get them: seconds for nanoseconds, names for types. */
final class Events {
  private Events() {}

  static RecoveryEvent of(Recovery recovery) {
    return new RecoveryEvent(
        recovery.step(),
        recovery.lost(),
        recovery.workers(),
        recovery.servers(),
        recovery.left(),
        recovery.detectionNs() / 1e9,
        recovery.pauseNs() / 1e9,
        recovery.residualNorm());
  }

  static CompressionEvent of(CodecDecision decision) {
    return new CompressionEvent(
        decision.step() + 1,
        decision.choice().push().codec(),
        decision.choice().pull().codec(),
        decision.why(),
        decision.linkBytesPerSecond(),
        decision.predicted(),
        decision.measured());
  }
}
