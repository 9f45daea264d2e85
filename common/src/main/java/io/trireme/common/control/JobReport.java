package io.trireme.common.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one run is doing on one executor.
 *
 * @param run id of the run
 * @param servers servers that live there
 * @param workers workers that live there
 * @param failure why the run cannot go on there, if so
 */
public record JobReport(
    String run, List<ServerReport> servers, List<WorkerReport> workers, @Nullable String failure) {
  public JobReport {
    servers = List.copyOf(servers);
    workers = List.copyOf(workers);
  }
}
