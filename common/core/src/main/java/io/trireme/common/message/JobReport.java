package io.trireme.common.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one run is doing on one executor.
 *
 * @param run id of the run
 * @param generation the newest generation that the executor was told of; 0 if none
 * @param servers servers that live there
 * @param workers workers that live there
 * @param checkpoint what its servers do for checkpoints
 * @param rates what codecs cost and save there; empty where they were not measured
 * @param failure why the executor cannot take part in the run, if so
 */
public record JobReport(
    String run,
    int generation,
    List<ServerReport> servers,
    List<WorkerReport> workers,
    CheckpointReport checkpoint,
    List<CodecRate> rates,
    @Nullable String failure) {
  public JobReport {
    servers = List.copyOf(servers);
    workers = List.copyOf(workers);
    rates = List.copyOf(rates);
  }
}
