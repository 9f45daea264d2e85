package io.trireme.driver.protocol;

import io.trireme.common.control.JobReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the coordinator knows of one executor. */
final class ExecutorView {
  final String id;
  final String host;
  final List<Integer> servers = new ArrayList<>();
  long lastHeardNs;
  @Nullable JobReport report;

  ExecutorView(String id, String host) {
    this.id = id;
    this.host = host;
  }

  /** What it was given to do, for messages. */
  String duties() {
    List<String> duties = new ArrayList<>();
    servers.forEach(server -> duties.add("server " + server));
    JobReport last = report;
    if (last != null) {
      last.workers().forEach(worker -> duties.add("worker " + worker.index()));
    }
    return duties.isEmpty() ? "nothing" : String.join(", ", duties);
  }

  @Override
  public String toString() {
    return "executor " + id + " on " + host;
  }
}
