package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Tells what a server waits for, in words. */
final class Waiting {
  private Waiting() {}

  static String of(
      ServerOptions options,
      Replicas replicas,
      List<WorkerLink> workers,
      Collection<PeerLink> peers,
      int generation,
      long nowNs) {
    StringBuilder text = new StringBuilder(options.self().toString());
    if (generation == 0) {
      return text.append(" waits for a generation").toString();
    }
    Replica slowest = null;
    for (Replica replica : replicas.all()) {
      if (replica.serving && (slowest == null || isBehind(replica, slowest))) {
        slowest = replica;
      }
    }
    text.append(" of generation ").append(generation);
    if (slowest == null || (slowest.step() == options.lastStep() && slowest.released)) {
      text.append(" waits for nothing");
    } else {
      describe(text, slowest);
    }
    workers.forEach(link -> appendBlocked(text, link.sender(), nowNs));
    peers.forEach(link -> appendBlocked(text, link.sender(), nowNs));
    return text.toString();
  }

  private static boolean isBehind(Replica replica, Replica other) {
    return replica.step() < other.step()
        || (replica.step() == other.step() && !replica.released && other.released);
  }

  private static void describe(StringBuilder text, Replica replica) {
    PeerLink backup = replica.backup;
    if (!replica.released && backup != null) {
      text.append(" waits for ")
          .append(backup.sender().to())
          .append(" to hold group ")
          .append(replica.group().index())
          .append(" of step ")
          .append(replica.step() - 1);
      return;
    }
    SlotStreams streams = replica.streams;
    if (streams != null) {
      text.append(" has ").append(streams.missing());
      return;
    }
    text.append(" waits at step ").append(replica.step());
    for (ReplicaBlock block : replica.blocks()) {
      String missing = block.ledger().missingSlots();
      if (!missing.isEmpty()) {
        text.append(", block ")
            .append(block.block().index())
            .append(", for slots ")
            .append(missing);
        return;
      }
    }
    text.append(", group ")
        .append(replica.group().index())
        .append(Double.isNaN(replica.scale()) ? ", for the global norm" : ", to copy its gradient");
  }

  private static void appendBlocked(StringBuilder text, SecureSender sender, long nowNs) {
    long blockedNs = sender.blockedNs(nowNs);
    if (blockedNs > TimeUnit.SECONDS.toNanos(1)) {
      text.append("; could send nothing to ")
          .append(sender.to())
          .append(" at ")
          .append(sender.endpoint())
          .append(" for ")
          .append(TimeUnit.NANOSECONDS.toSeconds(blockedNs))
          .append(" s");
    }
  }
}
