package io.trireme.driver.spark;

import io.trireme.worker.engine.EngineFinding;
import io.trireme.worker.engine.EngineProvider;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;

/** A task that looks at the executor that it runs on. */
public final class HostCheck implements Function<Integer, List<HostCheck.Found>> {

  private static final long serialVersionUID = 1L;
  private static final int MIB = 1 << 20;

  /**
   * Something that a person should know.
   *
   * @param what what was looked at
   * @param seen what was seen
   * @param fix what to do
   * @param fatal whether the run cannot work so, rather than only slowly
   */
  public record Found(String what, String seen, String fix, boolean fatal)
      implements Serializable {}

  private final String family;
  private final int workers;
  private final int servers;
  private final int termLengthBytes;
  private final int threads;

  /** A check for a run of this size, whose model is of this family. */
  public HostCheck(String family, int workers, int servers, int termLengthBytes, int threads) {
    this.family = family;
    this.threads = threads;
    this.workers = workers;
    this.servers = servers;
    this.termLengthBytes = termLengthBytes;
  }

  @Override
  public List<Found> call(Integer task) {
    List<Found> found = new ArrayList<>();
    String host =
        "executor "
            + SparkEnv.get().executorId()
            + " on "
            + SparkEnv.get().blockManager().blockManagerId().host();
    long needed = SharedMemory.neededBytes(workers, servers, termLengthBytes);
    long free = SharedMemory.freeBytes();
    if (free < needed) {
      found.add(
          new Found(
              SharedMemory.root() + " of " + host,
              "has "
                  + free / MIB
                  + " MiB free; "
                  + workers
                  + " workers and "
                  + servers
                  + " servers with terms of "
                  + termLengthBytes / MIB
                  + " MiB need up to "
                  + needed / MIB
                  + " MiB",
              "make it larger (docker --shm-size, or mount -o remount,size=), or lower"
                  + " transport.termLength",
              true));
    }
    for (EngineFinding finding : EngineProvider.of(family, EngineProvider.CPU).check(threads)) {
      found.add(
          new Found(
              finding.what() + " of " + host, finding.seen(), finding.fix(), finding.fatal()));
    }
    return found;
  }
}
