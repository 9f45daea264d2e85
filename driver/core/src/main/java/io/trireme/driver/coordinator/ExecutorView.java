package io.trireme.driver.coordinator;

import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the coordinator knows of one executor, and which members live there. */
final class ExecutorView {

  private final String id;
  private final String host;
  private final Map<Integer, ServerView> servers = new TreeMap<>();
  private final Map<Integer, WorkerView> workers = new TreeMap<>();
  private long lastHeardNs;
  private int knownGeneration;

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
