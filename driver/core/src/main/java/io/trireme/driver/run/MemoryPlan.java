package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.common.transport.aeron.AeronMemory;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.executor.HostMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the memory of the executors suffices for a job: workers and servers are shared out evenly
 * over those that are there, and each file system of shared memory must hold what the executors on
 * it take.
 */
final class MemoryPlan {

  private static final long MIB = 1 << 20;

  private final SharedMemoryNeed need;
  private final List<Share> shares;
  private final int termLengthBytes;
  private final boolean given;

  /** An executor, and how much of the job it may have. */
  private record Share(HostMemory executor, int workers, int servers) {}

  private MemoryPlan(SharedMemoryNeed need, List<Share> shares, @Nullable Integer termLengthBytes) {
    this.need = need;
    this.shares = shares;
    this.given = termLengthBytes != null;
    this.termLengthBytes = termLengthBytes == null ? longestThatFits() : termLengthBytes;
  }

  static MemoryPlan of(JobConfig job, List<HostMemory> executors) {
    return of(SharedMemoryNeed.of(job), executors, job.transport().termLengthBytes());
  }

  static MemoryPlan of(
      SharedMemoryNeed need, List<HostMemory> executors, @Nullable Integer termLengthBytes) {
    return new MemoryPlan(need, share(need, executors), termLengthBytes);
  }

  /**
   * An even share for each, rounded up, since nobody knows who gets the larger ones; but executors
   * of one file system have no more together than the job has.
   */
  private static List<Share> share(SharedMemoryNeed need, List<HostMemory> executors) {
    int workers = (need.workers() + executors.size() - 1) / executors.size();
    int servers = (need.servers() + executors.size() - 1) / executors.size();
    Map<String, Integer> before = new LinkedHashMap<>();
    List<Share> shares = new ArrayList<>();
    for (HostMemory executor : executors) {
      int index = before.merge(executor.sharedFileSystem(), 1, Integer::sum) - 1;
      shares.add(
          new Share(
              executor,
              Math.max(0, Math.min(workers, need.workers() - index * workers)),
              Math.max(0, Math.min(servers, need.servers() - index * servers))));
    }
    return shares;
  }

  /** The length of terms, which the job file gives, or which is the longest that fits. */
  int termLengthBytes() {
    return termLengthBytes;
  }

  private int longestThatFits() {
    int term = AeronMemory.USUAL_TERM_BYTES;
    while (term > AeronMemory.SHORTEST_TERM_BYTES && !fits(term)) {
      term /= 2;
    }
    return term;
  }

  private boolean fits(int term) {
    return byFileSystem().values().stream().allMatch(on -> needed(on, term) <= free(on));
  }

  private Map<String, List<Share>> byFileSystem() {
    Map<String, List<Share>> all = new LinkedHashMap<>();
    for (Share share : shares) {
      all.computeIfAbsent(share.executor().sharedFileSystem(), unused -> new ArrayList<>())
          .add(share);
    }
    return all;
  }

  private long needed(Share share, int term) {
    return need.bytes(share.workers(), share.servers(), term);
  }

  private long needed(List<Share> on, int term) {
    return on.stream().mapToLong(share -> needed(share, term)).sum();
  }

  private static long free(List<Share> on) {
    return on.stream().mapToLong(share -> share.executor().sharedFreeBytes()).min().orElse(0);
  }

  /** What cannot work. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    byFileSystem().values().forEach(on -> checkShared(on, findings));
    for (Share share : shares) {
      HostMemory executor = share.executor();
      // A heap is a ceiling: that it and the shared memory fill the container together is no error.
      long largest = Math.max(executor.heapBytes(), needed(share, termLengthBytes));
      if (largest > executor.containerBytes()) {
        findings.add(
            new Finding(
                "memory of " + executor.host(),
                "is "
                    + mib(executor.containerBytes())
                    + ", but an executor's heap may be "
                    + mib(executor.heapBytes())
                    + ", and its shared memory is "
                    + mib(needed(share, termLengthBytes)),
                "lower spark.executor.memory (TRIREME_DRIVER_MEMORY without a cluster), or give the"
                    + " container more"));
      }
    }
    return findings.stream().distinct().toList();
  }

  private void checkShared(List<Share> on, List<Finding> findings) {
    long needed = needed(on, termLengthBytes);
    if (needed <= free(on)) {
      return;
    }
    HostMemory first = on.get(0).executor();
    findings.add(
        new Finding(
            first.sharedFolder() + " of " + first.host(),
            "has "
                + free(on) / MIB
                + " MiB free; "
                + on.stream().mapToInt(Share::workers).sum()
                + " workers and "
                + on.stream().mapToInt(Share::servers).sum()
                + " servers on "
                + (on.size() == 1 ? "1 executor" : on.size() + " executors")
                + " with terms of "
                + termLengthBytes / 1024
                + " KiB need "
                + mib(needed),
            "make it larger (docker --shm-size, or mount -o remount,size=), or lower "
                + (given && termLengthBytes > AeronMemory.SHORTEST_TERM_BYTES
                    ? "transport.termLength"
                    : "servers or workers")));
  }

  /** What is tight, but may work. */
  List<Finding> warnings() {
    Map<String, List<Share>> containers = new LinkedHashMap<>();
    for (Share share : shares) {
      containers
          .computeIfAbsent(share.executor().container(), unused -> new ArrayList<>())
          .add(share);
    }
    List<Finding> warnings = new ArrayList<>();
    for (List<Share> in : containers.values()) {
      HostMemory first = in.get(0).executor();
      long heaps = in.stream().mapToLong(share -> share.executor().heapBytes()).sum();
      long all = heaps + needed(in, termLengthBytes);
      if (in.size() > 1 && all > first.containerBytes()) {
        warnings.add(
            new Finding(
                "memory of " + first.host(),
                "is "
                    + mib(first.containerBytes())
                    + ", but the heaps of "
                    + in.size()
                    + " executors and their shared memory may come to "
                    + mib(all),
                "lower spark.executor.memory, or have fewer executors there"));
      }
    }
    return warnings;
  }

  /**
   * A head, the driver's process where it is one of its own, and a line for each kind of executor:
   * what each may take, and from how much.
   */
  List<String> table(@Nullable HostMemory driver) {
    List<String> lines = new ArrayList<>();
    lines.add(line("memory of each in MiB", "heap", "process", "shared", "free", "limit"));
    if (driver != null) {
      lines.add(row("driver", driver, 0));
    }
    Map<Share, Integer> counts = new LinkedHashMap<>();
    shares.forEach(share -> counts.merge(share, 1, Integer::sum));
    counts.forEach(
        (share, count) ->
            lines.add(
                row(
                    (count == 1 ? "executor" : count + " executors")
                        + (" on " + share.executor().host())
                        + (": workers " + share.workers() + ", servers " + share.servers()),
                    share.executor(),
                    needed(share, termLengthBytes))));
    return lines;
  }

  private static String row(String who, HostMemory process, long sharedBytes) {
    return line(
        who,
        Long.toString(process.heapBytes() / MIB),
        process.nativeBytes() == 0 ? "-" : Long.toString(process.nativeBytes() / MIB),
        sharedBytes == 0 ? "-" : Long.toString(roundedUp(sharedBytes)),
        Long.toString(process.sharedFreeBytes() / MIB),
        Long.toString(process.containerBytes() / MIB));
  }

  private static String line(
      String who, String heap, String process, String shared, String free, String limit) {
    return String.format(
        Locale.ROOT, "%-52s %8s %8s %8s %8s %8s", who, heap, process, shared, free, limit);
  }

  private static long roundedUp(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }

  private static String mib(long bytes) {
    return roundedUp(bytes) + " MiB";
  }
}
