package io.trireme.driver.coordinator;

import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What members of the run an executor has. */
final class Duties {

  private Duties() {}

  /** The lives of servers and workers on an executor. */
  static List<Peer> of(
      ExecutorView executor, Collection<ServerView> servers, Collection<WorkerView> workers) {
    List<Peer> duties = new ArrayList<>();
    servers.stream()
        .filter(server -> server.executor == executor)
        .forEach(server -> duties.add(server.peer()));
    workers.stream()
        .filter(worker -> worker.executor == executor)
        .forEach(worker -> duties.add(worker.peer()));
    return duties;
  }
}
