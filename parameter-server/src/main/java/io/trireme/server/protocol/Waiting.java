package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells what a server waits for, in words. */
final class Waiting {
  private Waiting() {}

  static String of(ServerOptions options, Replicas replicas, Sessions sessions, long nowNs) {
    StringBuilder text = new StringBuilder(options.self().toString());
    if (sessions.generation() == 0) {
      return text.append(" waits for a generation").toString();
    }
    text.append(" of generation ").append(sessions.generation());
    describe(text, slowest(replicas), options.lastStep());
    sessions.forEachSender(sender -> appendBlocked(text, sender, nowNs));
    return text.toString();
  }

  private static @Nullable Replica slowest(Replicas replicas) {
    Replica slowest = null;
    for (Replica replica : replicas.all()) {
      if (replica.isPrimary() && (slowest == null || isBehind(replica, slowest))) {
        slowest = replica;
      }
    }
    return slowest;
  }

  private static boolean isBehind(Replica replica, Replica other) {
    return replica.step() < other.step()
        || (replica.step() == other.step() && awaitsBackup(replica) && !awaitsBackup(other));
  }

  private static boolean awaitsBackup(Replica replica) {
    return replica.primary().backup().isAwaited();
  }

  private static void describe(StringBuilder text, @Nullable Replica replica, long lastStep) {
    if (replica == null) {
      text.append(" waits for nothing");
    } else if (awaitsBackup(replica)) {
      replica.primary().backup().describe(text);
    } else if (replica.step() == lastStep) {
      text.append(" waits for nothing");
    } else {
      replica.aggregation().describe(text);
    }
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
