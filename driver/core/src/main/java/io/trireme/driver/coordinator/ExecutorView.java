package io.trireme.driver.coordinator;

/** What the coordinator knows of one executor. */
final class ExecutorView {
  final String id;
  final String host;
  long lastHeardNs;

  /** The newest generation that it was told of. */
  int knownGeneration;

  ExecutorView(String id, String host) {
    this.id = id;
    this.host = host;
  }

  @Override
  public String toString() {
    return "executor " + id + " on " + host;
  }
}
