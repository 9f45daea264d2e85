package io.trireme.driver.coordinator;

import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the coordinator knows of one executor, and which members live there. */
final class ExecutorView {

  private final String id;
  private final String host;
  private final Map<Integer, ServerView> servers = new TreeMap<>();
  private final Map<Integer, WorkerView> workers = new TreeMap<>();
  private long lastHeardNs;
  private int knownGeneration;
  private int failures;
  private long failedNs;
  private @Nullable String unfitness;
  private long unfitSinceNs;

  ExecutorView(String id, String host) {
    this.id = id;
    this.host = host;
  }

  String id() {
    return id;
  }

  String host() {
    return host;
  }

  /** Notes a sign of life. */
  void heard(long nowNs) {
    lastHeardNs = nowNs;
  }

  /** Time since the last sign of life. */
  long silentNs(long nowNs) {
    return nowNs - lastHeardNs;
  }

  /** Notes the newest generation that the executor was told of. */
  void knows(int generation) {
    knownGeneration = generation;
  }

  int knownGeneration() {
    return knownGeneration;
  }

  /** Notes that it cannot take part, for now; the time counts since it was last fit. */
  void becomeUnfit(String why, long nowNs) {
    if (unfitness == null) {
      unfitSinceNs = nowNs;
    }
    unfitness = why;
  }

  /** Notes that it can take part. */
  void becomeFit() {
    unfitness = null;
  }

  /** Whether it can take part, as far as is known. */
  boolean isFit() {
    return unfitness == null;
  }

  /** Why it cannot take part; null if it can. */
  @Nullable String unfitness() {
    return unfitness;
  }

  /** How long it could not take part. */
  long unfitForNs(long nowNs) {
    return unfitness == null ? 0 : nowNs - unfitSinceNs;
  }

  /** Counts that something of the run has failed here; how often it has. */
  int countFailure(long nowNs) {
    failedNs = nowNs;
    return ++failures;
  }

  /** Whether a failure of that time was counted already. */
  boolean hasFailedAt(long nowNs) {
    return failures > 0 && failedNs == nowNs;
  }

  /** How often something of the run has failed here. */
  int failures() {
    return failures;
  }

  void add(ServerView server) {
    servers.put(server.peer().index(), server);
  }

  void remove(ServerView server) {
    servers.remove(server.peer().index(), server);
  }

  void add(WorkerView worker) {
    workers.put(worker.peer().index(), worker);
  }

  void remove(WorkerView worker) {
    workers.remove(worker.peer().index(), worker);
  }

  /** The servers that live here, by index. */
  Collection<ServerView> servers() {
    return servers.values();
  }

  /** The workers that live here, by index. */
  Collection<WorkerView> workers() {
    return workers.values();
  }

  /** Whether a server lives here, or a worker that has not finished. */
  boolean hasMembers() {
    return !servers.isEmpty() || workers.values().stream().anyMatch(worker -> !worker.isFinished());
  }

  /** The lives of servers and workers here. */
  List<Peer> lives() {
    List<Peer> lives = new ArrayList<>();
    servers.values().forEach(server -> lives.add(server.peer()));
    workers.values().forEach(worker -> lives.add(worker.peer()));
    return lives;
  }

  @Override
  public String toString() {
    return "executor " + id + " on " + host;
  }
}
