package io.trireme.driver.coordinator;

import io.trireme.common.message.ServerMember;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the coordinator knows of one life of a server. */
final class ServerView {

  /** The step of a group that a server does not hold whole. */
  static final long ABSENT = Long.MIN_VALUE;

  private final ServerOrder order;
  private final ExecutorView executor;
  private final Map<Integer, GroupStep> held = new HashMap<>();
  private @Nullable ServerReport report;
  private long readySinceNs;

  /** A server that has not reported yet. */
  ServerView(ServerOrder order, ExecutorView executor) {
    this.order = order;
    this.executor = executor;
  }

  /** Takes its newest report. */
  void take(ServerReport next, long nowNs) {
    if (next.ready() && !isReady()) {
      readySinceNs = nowNs;
    }
    report = next;
    held.clear();
    next.steps().forEach(step -> held.put(step.group(), step));
  }

  Peer peer() {
    return order.peer();
  }

  ServerOrder order() {
    return order;
  }

  ExecutorView executor() {
    return executor;
  }

  boolean isReady() {
    ServerReport last = report;
    return last != null && last.ready();
  }

  /** When it became ready. */
  long readySinceNs() {
    return readySinceNs;
  }

  boolean hasSealed(int generation) {
    ServerReport last = report;
    return last != null && last.sealed() == generation;
  }

  /** Whether it has entered a generation and has all of the state of each group that it holds. */
  boolean isWhole(int generation) {
    ServerReport last = report;
    return last != null && last.whole() && last.sealed() == generation && last.steps().isEmpty();
  }

  /** Whether a session to it has lost something in a generation. */
  boolean isBroken(int generation) {
    ServerReport last = report;
    return last != null && last.broken() && last.sealed() == generation;
  }

  /** What it holds of a group, as it was when it sealed; null if not all of it. */
  @Nullable GroupStep held(int group) {
    return held.get(group);
  }

  /** The step of a group when it sealed, or {@link #ABSENT}. */
  long stepOf(int group) {
    GroupStep step = held.get(group);
    return step == null ? ABSENT : step.step();
  }

  /** The most steps that it let a worker be ahead of the slowest slot. */
  long staleness() {
    ServerReport last = report;
    return last == null ? 0 : last.staleness();
  }

  /** Messages that it has taken. */
  long messages() {
    ServerReport last = report;
    return last == null ? 0 : last.moved();
  }

  /** What it waits for, in words. */
  String waitsFor() {
    ServerReport last = report;
    if (last == null) {
      return this + " is silent";
    }
    return last.dropped().isEmpty()
        ? last.waitsFor()
        : last.waitsFor() + ", dropped " + last.dropped();
  }

  /** The server as a member of the generation for which it has sealed. */
  ServerMember member() {
    Endpoint endpoint = report == null ? null : report.endpoint();
    if (endpoint == null) {
      throw new IllegalStateException(peer() + " has sealed without an endpoint");
    }
    return new ServerMember(peer(), endpoint);
  }

  @Override
  public String toString() {
    return peer() + " (" + executor + ")";
  }
}
