package io.trireme.common.control;

import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.slots.SlotPlan;
import java.util.List;

/**
 * All that an executor needs to know of a run; fetched once.
 *
 * @param run id of the run
 * @param secret the run's key, see {@link io.trireme.common.wire.JobKey}
 * @param seed the job's seed
 * @param workers number of workers
 * @param threads OpenMP threads of each worker
 * @param servers which block groups each server holds: server i has those from entry i to entry i+1
 * @param layout the model's vector
 * @param plan how it is cut
 * @param slots what steps hold
 * @param firstStep the first step to compute
 * @param lastStep the first step not to compute
 * @param clipGlobalNorm see {@link io.trireme.common.config.OptimizerConfig}
 * @param modelJson the model's DL4J configuration
 * @param trainData folder of the prepared training set
 * @param transport how messages travel
 */
public record JobSpec(
    String run,
    byte[] secret,
    long seed,
    int workers,
    int threads,
    List<Integer> servers,
    Layout layout,
    BlockPlan plan,
    SlotPlan slots,
    long firstStep,
    long lastStep,
    double clipGlobalNorm,
    String modelJson,
    String trainData,
    io.trireme.common.config.TransportConfig transport) {
  public JobSpec {
    servers = List.copyOf(servers);
  }

  /** Number of servers. */
  public int serverCount() {
    return servers.size() - 1;
  }
}
