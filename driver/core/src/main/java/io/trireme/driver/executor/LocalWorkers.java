package io.trireme.driver.executor;

import io.trireme.common.message.Membership;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one run on one executor, by their incarnations. Tasks add and remove theirs; the
 * control thread looks at all.
 */
final class LocalWorkers {

  private final Transport transport;
  private final ExecutorRun run;
  private final Map<Long, WorkerHandle> handles = new ConcurrentHashMap<>();

  LocalWorkers(Transport transport, ExecutorRun run) {
    this.transport = transport;
    this.run = run;
  }

  /** Adds an incarnation of a worker. */
  WorkerHandle add(Peer self) {
    WorkerHandle handle = new WorkerHandle(self, transport, run);
    handles.put(self.incarnation(), handle);
    return handle;
  }

  /** The task of a worker has ended, well or not. What it did last is still reported. */
  void end(WorkerHandle handle) {
    handle.leave();
    if (!handle.isToBeReported()) {
      handles.remove(handle.self().incarnation());
    }
  }

  /** Tells the incarnations that were given up. */
  void fence(List<Peer> fenced) {
    for (Peer gone : fenced) {
      WorkerHandle handle = handles.get(gone.incarnation());
      if (handle != null) {
        handle.fence();
      }
    }
  }

  /** Seals for a generation that is formed, or hands out one that has been. */
  void follow(int forming, @Nullable Membership membership) {
    handles.values().forEach(handle -> handle.follow(forming, membership));
  }

  /** Whether one is, or may become, a member, so that the run would lose it. */
  boolean hasMembers() {
    return handles.values().stream().anyMatch(WorkerHandle::isMember);
  }

  /** Whether all their tasks have ended. */
  boolean haveEnded() {
    return handles.values().stream().allMatch(WorkerHandle::hasLeft);
  }

  List<WorkerReport> report() {
    List<WorkerReport> reports = new ArrayList<>();
    for (WorkerHandle handle : handles.values()) {
      if (handle.isShown()) {
        reports.add(handle.report());
      }
    }
    return reports;
  }

  /** The last report has arrived. */
  void acknowledge() {
    handles.values().forEach(WorkerHandle::acknowledge);
  }
}
