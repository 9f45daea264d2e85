package io.trireme.driver.coordinator;

import io.trireme.common.message.WorkerReport;
import io.trireme.common.wire.Peer;

/** What the coordinator knows of one life of a worker. */
final class WorkerView {
  final ExecutorView executor;
  final long joinedNs;
  WorkerReport report;

  /** Since when it computes the step that it was at when it last reported. */
  long computesSinceNs;

  WorkerView(ExecutorView executor, WorkerReport report, long nowNs) {
    this.executor = executor;
    this.report = report;
    this.joinedNs = nowNs;
    this.computesSinceNs = nowNs;
  }

  Peer peer() {
    return report.peer();
  }

  boolean hasSealed(int generation) {
    return report.sealed() == generation;
  }

  @Override
  public String toString() {
    return peer() + " (" + executor + ")";
  }
}
