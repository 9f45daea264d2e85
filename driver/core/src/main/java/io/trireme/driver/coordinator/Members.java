package io.trireme.driver.coordinator;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The executors, servers and workers of a run that are alive, as far as is known. */
final class Members {

  private final Map<String, ExecutorView> executors = new TreeMap<>();
  private final Map<String, Long> silentSinceNs = new TreeMap<>();
  private final Map<Integer, ServerView> servers = new TreeMap<>();
  private final Map<Integer, WorkerView> workers = new TreeMap<>();

  /** Notes an executor's sign of life. */
  ExecutorView heard(ExecutorReport report, long nowNs) {
    ExecutorView executor =
        executors.computeIfAbsent(report.executor(), id -> new ExecutorView(id, report.host()));
    executor.heard(nowNs);
    silentSinceNs.remove(report.executor());
    return executor;
  }

  /** The executors by Spark's id. */
  Collection<ExecutorView> executors() {
    return executors.values();
  }

  /** Removes an executor that Spark has given up; null if there is none. */
  @Nullable ExecutorView remove(String executor) {
    silentSinceNs.remove(executor);
    return executors.remove(executor);
  }

  /** Removes an executor that was silent for too long. */
  void removeSilent(ExecutorView executor, long nowNs) {
    executors.remove(executor.id());
    silentSinceNs.put(executor.id(), nowNs);
  }

  /** Executors that are silent for so long since they were removed, each told once. */
  List<String> takeSilent(long nowNs, long silentNs) {
    List<String> taken = new ArrayList<>();
    Iterator<Map.Entry<String, Long>> silent = silentSinceNs.entrySet().iterator();
    while (silent.hasNext()) {
      Map.Entry<String, Long> executor = silent.next();
      if (nowNs - executor.getValue() > silentNs) {
        taken.add(executor.getKey());
        silent.remove();
      }
    }
    return taken;
  }

  /** The servers by index. */
  Map<Integer, ServerView> servers() {
    return servers;
  }

  /** This life of a server; null if it is none that was ordered, or was replaced. */
  @Nullable ServerView server(Peer life) {
    ServerView server = servers.get(life.index());
    return server != null && server.peer().equals(life) ? server : null;
  }

  /** Adds a life of a server; it replaces an older one. */
  void add(ServerView server) {
    ServerView before = servers.put(server.peer().index(), server);
    if (before != null) {
      before.executor().remove(before);
    }
    server.executor().add(server);
  }

  void remove(ServerView server) {
    servers.remove(server.peer().index());
    server.executor().remove(server);
  }

  /** The servers that have sealed for a generation, by index, in a map of the caller's own. */
  Map<Integer, ServerView> sealedServers(int generation) {
    Map<Integer, ServerView> sealed = new TreeMap<>(servers);
    sealed.values().removeIf(server -> !server.hasSealed(generation));
    return sealed;
  }

  /** The worker with this index; null if there is none. */
  @Nullable WorkerView worker(int index) {
    return workers.get(index);
  }

  int workers() {
    return workers.size();
  }

  void add(WorkerView worker) {
    workers.put(worker.peer().index(), worker);
    worker.executor().add(worker);
  }

  void remove(WorkerView worker) {
    workers.remove(worker.peer().index());
    worker.executor().remove(worker);
  }

  /** The workers that lack the final parameters, by index. */
  List<WorkerView> unfinished() {
    return workers.values().stream().filter(worker -> !worker.isFinished()).toList();
  }

  /** Whether every member of the next generation has stopped what belongs to older ones. */
  boolean haveSealed(int generation) {
    return workers.values().stream()
            .allMatch(worker -> worker.isFinished() || worker.hasSealed(generation))
        && servers.values().stream()
            .allMatch(server -> !server.isReady() || server.hasSealed(generation));
  }

  /** Messages that all of them have taken; not the same again after any has taken another. */
  long messages() {
    long taken = 0;
    for (WorkerView worker : workers.values()) {
      taken += worker.messages();
    }
    for (ServerView server : servers.values()) {
      taken += server.messages();
    }
    return taken;
  }

  /** What all of them wait for, in words, each after a semicolon. */
  String whoWaits() {
    StringBuilder who = new StringBuilder();
    unfinished().forEach(worker -> who.append("; ").append(worker.waitsFor()));
    servers.values().forEach(server -> who.append("; ").append(server.waitsFor()));
    return who.toString();
  }
}
