package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.deploy.TriremeProcess.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed or frozen in the middle of training. */
@Timeout(400)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for threads in /proc, freezes by signals")
class RecoveryIT {
  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "MASTER", "",
          "SPARK_HOME", "",
          "TRIREME_NO_BUILD", "1",
          "TRIREME_DRIVER_MEMORY", "1g",
          "TRIREME_SUBMIT_OPTIONS", "--conf spark.executor.memory=768m");

  private static String expected = "";

  private final Distribution distribution = Distribution.ofBuild();
  private final Set<String> sharedMemory = Leftovers.sharedMemory();
  private final List<ProcessHandle> frozen = new ArrayList<>();

  @TempDir Path folder;
  private Path clusterFolder = Path.of("");
  private Path driverFolder = Path.of("");

  /** One process that nobody disturbs says what all others must come to. */
  @BeforeAll
  static void trainUndisturbed(@TempDir Path quiet) throws IOException {
    writeJob(quiet);
    Result end =
        TriremeProcess.run(
            Distribution.ofBuild().launcher(),
            quiet,
            ENVIRONMENT,
            LIMIT,
            "train",
            "job.yaml",
            "--master",
            "local[2]",
            "--set",
            "servers=1");
    assertThat(end.exitCode()).as(end::err).isZero();
    expected = result(quiet).path("paramsSha256").asText();
  }

  @BeforeEach
  void makeFolders() throws IOException {
    clusterFolder = Files.createDirectory(folder.resolve("cluster"));
    driverFolder = Files.createDirectory(folder.resolve("driver"));
    writeJob(driverFolder);
  }

  private static void writeJob(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("job.yaml"),
        """
        job: it
        seed: 3
        model: { zoo: lenet }
        data:
          format: digits
          train: { examples: 640 }
          test: { examples: 100 }
        batch: { size: 64, slots: 4 }
        epochs: 30
        optimizer: { adam: { learningRate: 0.001 } }
        sync: { mode: bsp }
        workers: { min: 2, max: 2, threads: 1 }
        servers: { count: 2, replicas: 1 }
        transport: { timeoutSeconds: 15 }
        output: { dir: runs }
        """);
  }

  @AfterEach
  void thaw() {
    frozen.forEach(process -> signal(process, "CONT"));
  }

  private TriremeProcess train(StandaloneCluster cluster, String... sets) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "job.yaml", "--master", cluster.masterUrl()));
    for (String set : sets) {
      arguments.add("--set");
      arguments.add(set);
    }
    return TriremeProcess.start(distribution.launcher(), driverFolder, ENVIRONMENT, arguments);
  }

  private static JsonNode result(Path folder) throws IOException {
    return JSON.readTree(folder.resolve("runs/it/result.json").toFile());
  }

  private List<JsonNode> metrics() {
    Path metrics = driverFolder.resolve("runs/it/metrics.jsonl");
    List<JsonNode> lines = new ArrayList<>();
    if (Files.exists(metrics)) {
      try {
        String text = Files.readString(metrics);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
          lines.add(JSON.readTree(line));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return lines;
  }

  private List<JsonNode> recoveries() {
    return metrics().stream()
        .filter(line -> line.path("event").asText().equals("recovery"))
        .toList();
  }

  private void awaitTraining(TriremeProcess driver) {
    Awaitility.await("training")
        .atMost(LIMIT)
        .failFast(() -> !driver.isAlive())
        .until(() -> !metrics().isEmpty());
  }

  /** Java names its native threads, so that this tells who lives in a process. */
  private static boolean hasServer(ProcessHandle process) {
    try (var tasks =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "task"))) {
      for (Path task : tasks) {
        if (Files.readString(task.resolve("comm")).startsWith("trireme-server")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The executor that holds a worker and no server. */
  private static ProcessHandle executorWithout(StandaloneCluster cluster) {
    return cluster.awaitExecutors(2, LIMIT).stream()
        .filter(executor -> !hasServer(executor))
        .findFirst()
        .orElseThrow();
  }

  private void freeze(ProcessHandle process) {
    frozen.add(process);
    signal(process, "STOP");
  }

  private static void signal(ProcessHandle process, String signal) {
    try {
      if (process.isAlive()) {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void assertRecovered(Result end, StandaloneCluster cluster) throws IOException {
    assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
    assertThat(result(driverFolder).path("paramsSha256").asText()).isEqualTo(expected);
    assertThat(result(driverFolder).path("restarts").asInt()).isPositive();
    assertThat(recoveries())
        .isNotEmpty()
        .allSatisfy(
            line -> {
              assertThat(line.path("detectionSeconds").asDouble(-1)).isNotNegative();
              assertThat(line.path("pauseSeconds").asDouble(-1)).isPositive();
            });
  }

  private void assertNothingIsLeft() {
    assertThat(Leftovers.processesIn(folder)).isEmpty();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(Leftovers.abandonedSharedMemory(sharedMemory)).isEmpty());
  }

  @Test
  void aKilledExecutorIsReplacedAndTheResultIsTheSame() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver = train(cluster)) {
      awaitTraining(driver);
      ProcessHandle victim = cluster.awaitExecutors(2, LIMIT).get(0);
      assertThat(hasServer(victim)).isTrue();

      victim.destroyForcibly();

      assertRecovered(driver.await(LIMIT), cluster);
      assertThat(recoveries().get(0).path("workers").asInt()).isEqualTo(1);
      assertThat(recoveries().get(0).path("servers").asInt()).isEqualTo(1);
    }
    assertNothingIsLeft();
  }

  @Test
  void aKilledWorkerAloneIsReplacedAndTheResultIsTheSame() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver = train(cluster, "servers.count=1", "servers.replicas=0")) {
      awaitTraining(driver);
      executorWithout(cluster).destroyForcibly();

      assertRecovered(driver.await(LIMIT), cluster);
      assertThat(recoveries().get(0).path("servers").asInt()).isZero();
    }
    assertNothingIsLeft();
  }

  @Test
  void aWorkerWhoseExecutorIsAskedToEndHandsOverWhatItKeptBack() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver =
            train(cluster, "servers.count=1", "servers.replicas=0", "compression=onebit")) {
      awaitTraining(driver);

      signal(executorWithout(cluster), "TERM");

      Result end = driver.await(LIMIT);
      assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
      assertThat(result(driverFolder).path("restarts").asInt(-1)).isZero();
      assertThat(recoveries()).hasSize(1);
      JsonNode left = recoveries().get(0);
      assertThat(left.path("left").asInt()).isEqualTo(1);
      assertThat(left.path("workers").asInt(-1)).isZero();
      assertThat(left.path("residualNormLost").asDouble(-1)).isZero();
    }
    assertNothingIsLeft();
  }

  @Test
  void aServerWithoutABackupEndsTheRunWithTheWayOut() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver = train(cluster, "epochs=5000", "servers.replicas=0")) {
      awaitTraining(driver);

      cluster.awaitExecutors(2, LIMIT).get(0).destroyForcibly();

      Result end = driver.await(Duration.ofSeconds(60));
      assertThat(end.exitCode()).as(end::err).isEqualTo(4);
      assertThat(end.err())
          .contains("block groups are lost", "server ", "servers: { count: 2, replicas: 1 }")
          .doesNotContain("\tat ");
      assertThat(result(driverFolder).path("status").asText()).isEqualTo("failed");
    }
  }

  @Test
  void aFrozenWorkerIsGotOver() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver =
            train(cluster, "transport.timeoutSeconds=5", "servers.count=1", "servers.replicas=0")) {
      awaitTraining(driver);

      freeze(executorWithout(cluster));

      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !recoveries().isEmpty());
      assertThat(recoveries().get(0).path("detectionSeconds").asDouble()).isGreaterThan(4.5);
      assertRecovered(driver.await(LIMIT), cluster);
    }
  }

  @Test
  void aServerAndAWorkerThatComeBackFromAFreezeDisturbNobody() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver = train(cluster, "transport.timeoutSeconds=5")) {
      awaitTraining(driver);
      ProcessHandle victim = cluster.awaitExecutors(2, LIMIT).get(0);
      assertThat(hasServer(victim)).isTrue();
      freeze(victim);
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !recoveries().isEmpty());
      assertThat(recoveries().get(0).path("servers").asInt()).isEqualTo(1);

      thaw();

      assertRecovered(driver.await(LIMIT), cluster);
    }
    assertNothingIsLeft();
  }

  @Test
  void aFrozenDriverIsNoticedByExecutorsAndSaysSoWhenItComesBack() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        TriremeProcess driver = train(cluster, "epochs=5000", "transport.timeoutSeconds=5")) {
      awaitTraining(driver);
      List<ProcessHandle> executors = cluster.awaitExecutors(2, LIMIT);

      driver.processes().forEach(this::freeze);

      Awaitility.await("executors let go of the run")
          .atMost(Duration.ofSeconds(40))
          .until(() -> executors.stream().noneMatch(RecoveryIT::hasServer));
      thaw();
      Result end = driver.await(Duration.ofSeconds(60));
      assertThat(end.exitCode()).as(end::err).isEqualTo(4);
      assertThat(end.err()).contains("the driver has not answered for", "transport.timeoutSeconds");
    }
    assertNothingIsLeft();
  }
}
