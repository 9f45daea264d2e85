package io.trireme.driver.jobfile;

import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.Defaults;
import io.trireme.common.config.NumberRange;
import io.trireme.common.config.ServersConfig;
import io.trireme.common.config.TransportConfig;
import io.trireme.common.config.WorkersConfig;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a job says of processes: workers, servers, checkpoints and messages between them. */
final class ClusterReader {

  private static final Pattern PORTS = Pattern.compile("[0-9]{1,5}-[0-9]{1,5}");
  private static final NumberRange WORKERS = NumberRange.whole(1, 65_535);
  private static final NumberRange THREADS = NumberRange.whole(1, 1024);
  private static final NumberRange SERVERS = NumberRange.whole(1, 1024);
  private static final NumberRange REPLICAS = NumberRange.whole(0, 1);
  private static final NumberRange SECONDS = NumberRange.whole(1, 3600);
  private static final NumberRange KEPT = NumberRange.whole(1, 1_000_000);

  private final MappingReader root;

  ClusterReader(MappingReader root) {
    this.root = root;
  }

  /** A number, or a mapping. */
  WorkersConfig workers() {
    if (!root.isMapping("workers")) {
      ValueKind<Integer> number =
          new ValueKind<>(
              ValueKind.count(WORKERS).parse(),
              text -> "expected " + WORKERS + ", or { min: N, max: N, threads: N }",
              Defaults.WORKERS);
      int workers = root.read("workers", number, Defaults.WORKERS);
      return new WorkersConfig(workers, workers, Defaults.THREADS);
    }
    MappingReader workers = root.section("workers");
    ValueKind<Integer> count = ValueKind.count(WORKERS);
    Integer givenMin = workers.readOrNull("min", count);
    Integer givenMax = workers.readOrNull("max", count);
    int min = givenMin != null ? givenMin : givenMax != null ? givenMax : Defaults.WORKERS;
    int max = givenMax != null ? givenMax : min;
    int threads = workers.read("threads", ValueKind.count(THREADS), Defaults.THREADS);
    workers.close();
    if (workers.clean("min") && workers.clean("max") && min > max) {
      workers.problem(
          "max",
          String.format(
              Locale.ROOT, "is %d and min is %d; expected max to be at least min", max, min));
    }
    return new WorkersConfig(min, max, threads);
  }

  /** A number, or a mapping of number and replicas. */
  ServersConfig servers() {
    ValueKind<Integer> count = ValueKind.count(SERVERS);
    if (!root.isMapping("servers")) {
      ValueKind<Integer> number =
          new ValueKind<>(
              count.parse(), text -> "expected " + SERVERS + ", or { count: N }", Defaults.SERVERS);
      return ServersConfig.of(root.read("servers", number, Defaults.SERVERS));
    }
    MappingReader servers = root.section("servers");
    ServersConfig config =
        new ServersConfig(
            servers.read("count", count, Defaults.SERVERS),
            servers.read("replicas", ValueKind.count(REPLICAS), Defaults.REPLICAS));
    servers.close();
    if (servers.clean("count") && config.count() <= config.replicas()) {
      servers.problem(
          "replicas",
          String.format(
              Locale.ROOT,
              "is %d with %d server: a backup needs another server; expected a count of at least 2, or replicas: 0",
              config.replicas(),
              config.count()));
    }
    return config;
  }

  @Nullable CheckpointConfig checkpoint() {
    if (!root.has("checkpoint")) {
      root.section("checkpoint");
      return null;
    }
    MappingReader checkpoint = root.section("checkpoint");
    ValueKind<Integer> count = ValueKind.count(NumberRange.COUNT);
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
            checkpoint.read("keep", ValueKind.count(KEPT), Defaults.CHECKPOINTS_KEPT),
            checkpoint.readOrNull("dir", ValueKind.path()),
            checkpoint.read("onSigterm", ValueKind.flag(), Defaults.CHECKPOINT_ON_SIGTERM));
    checkpoint.close();
    return config;
  }

  TransportConfig transport() {
    MappingReader transport = root.section("transport");
    Integer term =
        transport.readOrNull(
            "termLength", ValueKind.bytes(512 << 10, 1 << 30, "a length from 512KiB to 1024MiB"));
    if (term != null && Integer.bitCount(term) != 1) {
      transport.problem(
          "termLength",
          String.format(
              Locale.ROOT,
              "is %d bytes; expected a power of two, such as %d",
              term,
              Integer.highestOneBit(term)));
    }
    int mtu =
        transport.read(
            "mtu",
            ValueKind.bytes(512, 65_504, "a length from 512 to 65504 bytes"),
            Defaults.MTU_LENGTH_BYTES);
    if (mtu % 32 != 0) {
      transport.problem(
          "mtu",
          String.format(
              Locale.ROOT,
              "is %d bytes; expected a multiple of 32, such as %d",
              mtu,
              mtu / 32 * 32));
    }
    String ports = ports(transport);
    if (!transport.read("encrypt", ValueKind.flag(), Defaults.ENCRYPT)) {
      transport.problem(
          "encrypt",
          "is false, and messages are always encrypted: on Java 17 AES-GCM that only authenticates"
              + " costs more time than AES-GCM that encrypts, too; expected true, or no such key");
    }
    int timeout =
        transport.read("timeoutSeconds", ValueKind.count(SECONDS), Defaults.TIMEOUT_SECONDS);
    transport.close();
    return new TransportConfig(term, mtu, ports, timeout);
  }

  private static @Nullable String ports(MappingReader transport) {
    String expected = "a range FROM-TO of ports, 1 to 65535";
    String ports = transport.readOrNull("ports", ValueKind.text(PORTS, expected));
    if (ports != null && PORTS.matcher(ports).matches()) {
      String[] ends = ports.split("-");
      int from = Integer.parseInt(ends[0]);
      int to = Integer.parseInt(ends[1]);
      if (from < 1 || from > to || to > 65_535) {
        transport.problem("ports", "is \"" + ports + "\"; expected " + expected);
      }
    }
    return ports;
  }
}
