package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.transport.aeron.AeronMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What preflight asks for, beside what {@code du} counts while sessions are open. */
@Timeout(600)
@EnabledOnOs(value = OS.LINUX, disabledReason = "counts blocks with du")
class SharedMemoryNeedTest {

  private static final int TERM = AeronMemory.SHORTEST_TERM_BYTES;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir Path temp;
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private final List<AeronHost> executors = new ArrayList<>();
  private final List<AutoCloseable> generation = new ArrayList<>();
  private final List<Inbound> inbounds = new ArrayList<>();
  private final List<Outbound> outbounds = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    endGeneration();
    executors.forEach(AeronHost::close);
    assertThat(errors).isEmpty();
  }

  /** Each executor has a worker and a server; a host's executors share a folder. */
  @ParameterizedTest(name = "{0} executors on each of {1} hosts, servers talk: {2}")
  @CsvSource({"1, 1, false", "2, 1, true", "4, 1, true", "2, 2, true", "2, 2, false"})
  void whatIsAskedForIsWhatIsUsed(int executorsEach, int hosts, boolean serversTalk)
      throws Exception {
    int members = executorsEach * hosts;
    SharedMemoryNeed need = new SharedMemoryNeed(members, members, serversTalk);
    for (int i = 0; i < members; i++) {
      Path host = Files.createDirectories(temp.resolve("host-" + i / executorsEach));
      executors.add(
          AeronHost.start(
              new AeronHost.Settings(
                  "127.0.0.1",
                  0,
                  0,
                  host.resolve("executor-" + i).toFile(),
                  TERM,
                  1408,
                  need.members(),
                  LIMIT.toNanos()),
              errors::add));
    }
    long asked = executorsEach * need.bytes(1, 1, TERM);
    for (int number = 1; number <= 2; number++) {
      beginGeneration(serversTalk);
      for (int host = 0; host < hosts; host++) {
        Path folder = temp.resolve("host-" + host);
        Awaitility.await("generation " + number + ", the one before lingers")
            .atMost(LIMIT)
            .untilAsserted(
                () -> assertThat(used(folder)).isBetween(asked * 8 / 10, asked * 12 / 10));
      }
      endGeneration();
    }
  }

  private void beginGeneration(boolean serversTalk) {
    List<Inbound> workers = new ArrayList<>();
    List<Inbound> servers = new ArrayList<>();
    for (AeronHost executor : executors) {
      workers.add(keep(executor.listen()));
      servers.add(keep(executor.listen()));
    }
    for (int from = 0; from < executors.size(); from++) {
      for (int to = 0; to < executors.size(); to++) {
        connect(from, servers.get(to));
        connect(from, workers.get(to));
        if (serversTalk && from != to) {
          connect(from, servers.get(to));
        }
      }
    }
    UnsafeBuffer frame = new UnsafeBuffer(new byte[64]);
    for (Outbound outbound : outbounds) {
      Awaitility.await("a session begins")
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> outbound.offer(frame, 0, 64) == Outbound.Offer.SENT);
    }
  }

  private Inbound keep(Inbound inbound) {
    inbounds.add(inbound);
    generation.add(inbound);
    return inbound;
  }

  private void connect(int from, Inbound to) {
    Outbound outbound = executors.get(from).connect(to.endpoint());
    outbounds.add(outbound);
    generation.add(outbound);
  }

  private void endGeneration() throws Exception {
    for (AutoCloseable part : generation) {
      part.close();
    }
    generation.clear();
    inbounds.clear();
    outbounds.clear();
  }

  private static long used(Path folder) {
    try {
      Process du =
          new ProcessBuilder("du", "-sk", folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return Long.parseLong(text.split("\\s")[0]) * 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
