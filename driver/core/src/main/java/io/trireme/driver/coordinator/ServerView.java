package io.trireme.driver.coordinator;

import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Peer;
import org.jspecify.annotations.Nullable;

/** What the coordinator knows of one life of a server. */
final class ServerView {

  /** The step of a group that a server does not hold whole. */
  static final long ABSENT = Long.MIN_VALUE;

  final ServerOrder order;
  final ExecutorView executor;
  @Nullable ServerReport report;
  long readySinceNs;

  ServerView(ServerOrder order, ExecutorView executor) {
    this.order = order;
    this.executor = executor;
  }

  Peer peer() {
    return order.peer();
  }

  boolean isReady() {
    ServerReport last = report;
    return last != null && last.ready();
  }

  boolean hasSealed(int generation) {
    ServerReport last = report;
    return last != null && last.sealed() == generation;
  }

  /** What it holds of a group, as it was when it sealed; null if not all of it. */
  @Nullable GroupStep held(int group) {
    ServerReport last = report;
    if (last != null) {
      for (GroupStep held : last.steps()) {
        if (held.group() == group) {
          return held;
        }
      }
    }
    return null;
  }

  /** The step of a group when it sealed, or {@link #ABSENT}. */
  long stepOf(int group) {
    GroupStep held = held(group);
    return held == null ? ABSENT : held.step();
  }

  @Override
  public String toString() {
    return peer() + " (" + executor + ")";
  }
}
