package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.deploy.TriremeProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose processes are killed, and which end with the parameters of an undisturbed run. */
@Timeout(400)
@EnabledOnOs(value = OS.LINUX, disabledReason = "kills processes that it finds in /proc")
class CheckpointIT {
  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "MASTER", "",
          "SPARK_HOME", "",
          "TRIREME_NO_BUILD", "1",
          "TRIREME_DRIVER_MEMORY", "1g",
          "TRIREME_SUBMIT_OPTIONS", "--conf spark.executor.memory=768m");

  private static String quiet = "";

  private final Distribution distribution = Distribution.ofBuild();

  @TempDir Path folder;

  /** One process that nobody disturbs says what all others must come to. */
  @BeforeAll
  static void trainUndisturbed(@TempDir Path folder) throws IOException {
    writeJob(folder);
    Result end =
        TriremeProcess.run(
            Distribution.ofBuild().launcher(),
            folder,
            ENVIRONMENT,
            LIMIT,
            "train",
            "job.yaml",
            "--master",
            "local[2]",
            "--set",
            "checkpoint=");
    assertThat(end.exitCode()).as(end::err).isZero();
    quiet = parameters(folder);
  }

  @BeforeEach
  void writeJob() throws IOException {
    writeJob(folder);
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
          train: { examples: 1500 }
          test: { examples: 100 }
        batch: { size: 64, slots: 2 }
        epochs: 25
        optimizer: { adam: { learningRate: 0.001 } }
        workers: { min: 2, max: 2, threads: 1 }
        servers: 2
        checkpoint: { everySeconds: 1, keep: 2 }
        transport: { timeoutSeconds: 15 }
        output: { dir: runs }
        """);
  }

  private TriremeProcess start(String... more) {
    return startOn("local[2]", more);
  }

  private TriremeProcess startOn(String master, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "job.yaml", "--master", master));
    arguments.addAll(Arrays.asList(more));
    return TriremeProcess.start(distribution.launcher(), folder, ENVIRONMENT, arguments);
  }

  private Result train(String... more) {
    try (TriremeProcess driver = start(more)) {
      return driver.await(LIMIT);
    }
  }

  private static String parameters(Path folder) throws IOException {
    JsonNode result = JSON.readTree(folder.resolve("runs/it/result.json").toFile());
    assertThat(result.path("status").asText()).isEqualTo("done");
    return result.path("paramsSha256").asText();
  }

  private List<Path> committed() {
    Path checkpoints = folder.resolve("runs/it/checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return List.of();
    }
    try (Stream<Path> steps = Files.list(checkpoints)) {
      return steps.filter(step -> Files.exists(step.resolve("manifest.json"))).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private void awaitNewCheckpoint(List<Path> before) {
    Awaitility.await("a checkpoint is committed")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !before.containsAll(committed()));
  }

  @Test
  void aDriverThatIsKilledAgainAndAgainEndsWithTheSameBits() throws Exception {
    Random random = new Random(4);
    for (int kill = 0; kill < 3; kill++) {
      List<Path> before = committed();
      try (TriremeProcess driver = start()) {
        awaitNewCheckpoint(before);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1200)));
        assertThat(driver.isAlive()).as("the job is too short for this test").isTrue();
      }
    }
    Result last = train();
    assertThat(last.exitCode()).as(last::err).isZero();
    assertThat(last.err()).contains("held by process", "going on after step");
    assertThat(parameters(folder)).isEqualTo(quiet);

    Result again = train();
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).contains("job it has finished already");

    Result other = train("--set", "seed=4");
    assertThat(other.exitCode()).as(other::err).isEqualTo(3);
    assertThat(other.err()).contains("seed: 3 became 4");
  }

  /** All executors at once; then driver, executors, workers and master. */
  @Test
  void aClusterThatIsLostAsAWholeLosesNoStepBeforeItsCheckpoint() throws Exception {
    Path first = Files.createDirectory(folder.resolve("first"));
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, first, 2, 1);
        TriremeProcess driver = startOn(cluster.masterUrl())) {
      awaitNewCheckpoint(List.of());
      List<ProcessHandle> lost = cluster.awaitExecutors(2, LIMIT);
      List<Path> before = committed();

      lost.forEach(ProcessHandle::destroyForcibly);

      awaitNewCheckpoint(before);
      assertThat(driver.isAlive()).as(driver::err).isTrue();
      assertThat(driver.err()).contains("the job goes on with the checkpoint of step");
    }
    Path second = Files.createDirectory(folder.resolve("second"));
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, second, 2, 1);
        TriremeProcess driver = startOn(cluster.masterUrl())) {
      Result end = driver.await(LIMIT);
      assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
      assertThat(end.err()).contains("going on after step");
      assertThat(parameters(folder)).isEqualTo(quiet);
    }
  }

  @Test
  void sigtermLeavesACheckpointFromWhichTheSameCommandGoesOn() throws Exception {
    try (TriremeProcess driver = start("--set", "checkpoint={everySeconds: 3600}")) {
      Path metrics = folder.resolve("runs/it/metrics.jsonl");
      Awaitility.await().atMost(LIMIT).until(() -> Files.exists(metrics));

      try (TriremeProcess second = start()) {
        Result refused = second.await(LIMIT);
        assertThat(refused.exitCode()).as(refused::err).isEqualTo(3);
        assertThat(refused.err()).contains("another driver runs this job: process");
      }
      assertThat(driver.isAlive()).as("the job is too short for this test").isTrue();
      driver.terminate();
      Result stopped = driver.await(Duration.ofSeconds(60));
      assertThat(stopped.exitCode()).as(stopped::err).isEqualTo(143);
      assertThat(stopped.err()).contains("stopped by SIGTERM after a checkpoint of step");
    }
    assertThat(committed()).hasSize(1);
    Result last = train();
    assertThat(last.exitCode()).as(last::err).isZero();
    assertThat(parameters(folder)).isEqualTo(quiet);
  }

  @Test
  void aShortTortureEndsWithTheSameBits() throws Exception {
    Path script = distribution.launcher().resolveSibling("../bench/torture.sh").normalize();
    Path out = folder.resolve("torture.out");
    ProcessBuilder builder =
        new ProcessBuilder(script.toString(), "5", "7", folder.resolve("torture").toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().remove("SPARK_HOME");
    builder.environment().remove("MASTER");
    builder.environment().put("TRIREME_NO_BUILD", "1");
    builder.environment().put("EPOCHS", "15");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(350, TimeUnit.SECONDS)).as(Files.readString(out)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(out)).isZero();
      assertThat(Files.readString(out)).containsPattern("survived [5-9]\\d* kills");
    } finally {
      process.destroy();
    }
  }
}
