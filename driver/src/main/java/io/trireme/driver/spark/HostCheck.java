package io.trireme.driver.spark;

import io.trireme.worker.engine.OneDnn;
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
   * Something that is in the way.
   *
   * @param what what was looked at
   * @param seen what was seen
   * @param fix what to do
   */
  public record Found(String what, String seen, String fix) implements Serializable {}

  private final int workers;
  private final int servers;
  private final int termLengthBytes;

  /** A check for a run of this size. */
  public HostCheck(int workers, int servers, int termLengthBytes) {
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
              "make it larger (docker --shm-size, or mount -o remount,size=), or lower transport.termLength"));
    }
    OneDnn.Status oneDnn = OneDnn.check();
    if (!oneDnn.inUse()) {
      found.add(
          new Found(
              "oneDNN of " + host,
              "not in use, convolutions would be several times slower",
              oneDnn.detail()));
    }
    return found;
  }
}
