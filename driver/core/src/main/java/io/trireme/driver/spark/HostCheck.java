package io.trireme.driver.spark;

import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.dl4j.OneDnn;
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

  private final int workers;
  private final int servers;
  private final int termLengthBytes;
  private final int threads;

  /** A check for a run of this size. */
  public HostCheck(int workers, int servers, int termLengthBytes, int threads) {
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
              "make it larger (docker --shm-size, or mount -o remount,size=), or lower transport.termLength",
              true));
    }
    NativeThreads.mismatch(threads)
        .ifPresent(
            mismatch ->
                found.add(
                    new Found(
                        "OpenMP threads of " + host,
                        mismatch,
                        "start driver and executors with OMP_NUM_THREADS="
                            + threads
                            + " (exported before deploy/bin/trireme; spark.executorEnv.OMP_NUM_THREADS), since the"
                            + " number decides the order of sums",
                        true)));
    OneDnn.Status oneDnn = OneDnn.check();
    if (!oneDnn.inUse()) {
      found.add(
          new Found(
              "oneDNN of " + host,
              "not in use, convolutions would be several times slower",
              oneDnn.detail(),
              false));
    }
    return found;
  }
}
