package io.trireme.common.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a job says of processes: workers, servers, checkpoints and messages between them. */
final class ClusterReader {

  private static final Pattern PORTS = Pattern.compile("[0-9]{1,5}-[0-9]{1,5}");
  private static final Range WORKERS = Range.whole(1, 65_535);
  private static final Range THREADS = Range.whole(1, 1024);
  private static final Range SERVERS = Range.whole(1, 1024);
  private static final Range REPLICAS = Range.whole(0, 1);
  private static final Range SECONDS = Range.whole(1, 3600);
  private static final Range KEPT = Range.whole(1, 1_000_000);

  private final Section root;

  ClusterReader(Section root) {
    this.root = root;
  }

  WorkersConfig workers() {
    Section workers = root.section("workers");
    Kind<Integer> count = Kind.count(WORKERS);
    Integer givenMin = workers.readOrNull("min", count);
    Integer givenMax = workers.readOrNull("max", count);
    int min = givenMin != null ? givenMin : givenMax != null ? givenMax : Defaults.WORKERS;
    int max = givenMax != null ? givenMax : min;
    int threads = workers.read("threads", Kind.count(THREADS), Defaults.THREADS);
    workers.close();
    if (workers.clean("min") && workers.clean("max") && min > max) {
      workers.problem(
          "max", "is %d and min is %d; expected max to be at least min".formatted(max, min));
    }
    return new WorkersConfig(min, max, threads);
  }

  /** A number, or a mapping of number and replicas. */
  ServersConfig servers() {
    Kind<Integer> count = Kind.count(SERVERS);
    if (!root.isMapping("servers")) {
      Kind<Integer> number =
          new Kind<>(
              count.parse(), text -> "expected " + SERVERS + ", or { count: N }", Defaults.SERVERS);
      return ServersConfig.of(root.read("servers", number, Defaults.SERVERS));
    }
    Section servers = root.section("servers");
    ServersConfig config =
        new ServersConfig(
            servers.read("count", count, Defaults.SERVERS),
            servers.read("replicas", Kind.count(REPLICAS), Defaults.REPLICAS));
    servers.close();
    if (servers.clean("count") && config.count() <= config.replicas()) {
      servers.problem(
          "replicas",
          "is %d with %d server: a backup needs another server; expected a count of at least 2, or replicas: 0"
              .formatted(config.replicas(), config.count()));
    }
    return config;
  }

  @Nullable CheckpointConfig checkpoint() {
    if (!root.has("checkpoint")) {
      root.section("checkpoint");
      return null;
    }
    Section checkpoint = root.section("checkpoint");
    Kind<Integer> count = Kind.count(Range.COUNT);
    Integer steps = checkpoint.readOrNull("everySteps", count);
    Integer seconds = checkpoint.readOrNull("everySeconds", count);
    if (steps != null && seconds != null) {
      checkpoint.problem(
          "everySeconds", "is given beside everySteps; expected exactly one of the two");
    } else if (steps == null && seconds == null) {
      checkpoint.problem("says not how often; expected everySteps or everySeconds");
    }
    CheckpointConfig config =
        new CheckpointConfig(
            steps,
            seconds,
            checkpoint.read("keep", Kind.count(KEPT), Defaults.CHECKPOINTS_KEPT),
            checkpoint.readOrNull("dir", Kind.path()),
            checkpoint.read("onSigterm", Kind.flag(), Defaults.CHECKPOINT_ON_SIGTERM));
    checkpoint.close();
    return config;
  }

  TransportConfig transport() {
    Section transport = root.section("transport");
    int term =
        transport.read(
            "termLength",
            Kind.bytes(1 << 20, 1 << 30, "a length from 1MiB to 1024MiB"),
            Defaults.TERM_LENGTH_BYTES);
    if (Integer.bitCount(term) != 1) {
      transport.problem(
          "termLength",
          "is %d bytes; expected a power of two, such as %d"
              .formatted(term, Integer.highestOneBit(term)));
    }
    int mtu =
        transport.read(
            "mtu",
            Kind.bytes(512, 65_504, "a length from 512 to 65504 bytes"),
            Defaults.MTU_LENGTH_BYTES);
    if (mtu % 32 != 0) {
      transport.problem(
          "mtu",
          "is %d bytes; expected a multiple of 32, such as %d".formatted(mtu, mtu / 32 * 32));
    }
    String expected = "a range FROM-TO of ports, 1 to 65535";
    String ports = transport.readOrNull("ports", Kind.text(PORTS, expected));
    if (ports != null && PORTS.matcher(ports).matches()) {
      String[] ends = ports.split("-");
      int from = Integer.parseInt(ends[0]);
      int to = Integer.parseInt(ends[1]);
      if (from < 1 || from > to || to > 65_535) {
        transport.problem("ports", "is \"" + ports + "\"; expected " + expected);
      }
    }
    if (!transport.read("encrypt", Kind.flag(), Defaults.ENCRYPT)) {
      transport.problem(
          "encrypt",
          "is false, and messages are always encrypted: on Java 17 AES-GCM that only authenticates"
              + " costs more time than AES-GCM that encrypts, too; expected true, or no such key");
    }
    int timeout = transport.read("timeoutSeconds", Kind.count(SECONDS), Defaults.TIMEOUT_SECONDS);
    transport.close();
    return new TransportConfig(term, mtu, ports, timeout);
  }
}
