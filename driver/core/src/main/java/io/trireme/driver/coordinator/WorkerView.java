package io.trireme.driver.coordinator;

import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;

/** What the coordinator knows of one life of a worker. */
final class WorkerView {

  private final ExecutorView executor;
  private final long joinedNs;
  private WorkerReport report;

  /** Since when it computes the step that it was at when it last reported. */
  private long computesSinceNs;

  /** A worker that has just been heard of. */
  WorkerView(ExecutorView executor, WorkerReport report, long nowNs) {
    this.executor = executor;
    this.report = report;
    this.joinedNs = nowNs;
    this.computesSinceNs = nowNs;
  }

  /** Takes its newest report. */
  void take(WorkerReport next, long nowNs) {
    if (next.waiting() || !next.steps().isEmpty()) {
      computesSinceNs = nowNs;
    }
    report = next;
  }

  /** It is a member of a new generation, and begins its step anew. */
  void beginsAnew(long nowNs) {
    computesSinceNs = nowNs;
  }

  Peer peer() {
    return report.peer();
  }

  ExecutorView executor() {
    return executor;
  }

  long joinedNs() {
    return joinedNs;
  }

  boolean isFinished() {
    return report.finished();
  }

  boolean isWaiting() {
    return report.waiting();
  }

  /** How long it has computed one step; 0 if it does not compute. */
  long computesForNs(long nowNs) {
    return report.waiting() ? 0 : nowNs - computesSinceNs;
  }

  boolean hasSealed(int generation) {
    return report.sealed() == generation;
  }

  /** Whether a session to it has lost something in a generation. */
  boolean isBroken(int generation) {
    return report.broken() && report.sealed() == generation;
  }

  /** Messages that it has taken. */
  long messages() {
    return report.moved();
  }

  /** What it waits for, in words. */
  String waitsFor() {
    return report.waitsFor();
  }

  /** Where it receives in the generation for which it has sealed. */
  Endpoint endpoint() {
    Endpoint endpoint = report.endpoint();
    if (endpoint == null) {
      throw new IllegalStateException(peer() + " has sealed without an endpoint");
    }
    return endpoint;
  }

  @Override
  public String toString() {
    return peer() + " (" + executor + ")";
  }
}
