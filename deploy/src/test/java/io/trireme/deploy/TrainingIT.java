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
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs, started the way a user starts them, on real processes. */
@Timeout(300)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for leftovers in /proc and /dev/shm")
class TrainingIT {
  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "MASTER", "",
          "SPARK_HOME", "",
          "TRIREME_NO_BUILD", "1",
          "TRIREME_DRIVER_MEMORY", "1g",
          "TRIREME_SUBMIT_OPTIONS", "--conf spark.executor.memory=768m");

  private final Distribution distribution = Distribution.ofBuild();
  private final Set<String> sharedMemory = Leftovers.sharedMemory();

  @TempDir Path folder;
  private Path clusterFolder = Path.of("");
  private Path driverFolder = Path.of("");
  private Path job = Path.of("");

  @BeforeEach
  void writeJob() throws IOException {
    clusterFolder = Files.createDirectory(folder.resolve("cluster"));
    driverFolder = Files.createDirectory(folder.resolve("driver"));
    job = driverFolder.resolve("job.yaml");
    Files.writeString(
        job,
        """
        job: it
        seed: 3
        model: { zoo: lenet }
        data:
          format: digits
          train: { examples: 1500 }
          test: { examples: 300 }
        batch: { size: 64, slots: 2 }
        epochs: 2
        optimizer: { adam: { learningRate: 0.001 } }
        sync: { mode: bsp }
        workers: { min: 2, max: 2, threads: 1 }
        servers: 2
        transport: { timeoutSeconds: 15 }
        output: { dir: runs }
        """);
  }

  private Result trireme(String... arguments) {
    return TriremeProcess.run(distribution.launcher(), driverFolder, ENVIRONMENT, LIMIT, arguments);
  }

  private Result train(String master, String runs, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "job.yaml", "--master", master, "--set", "output.dir=" + runs));
    arguments.addAll(Arrays.asList(more));
    return trireme(arguments.toArray(String[]::new));
  }

  private JsonNode result(String runs) throws IOException {
    return JSON.readTree(driverFolder.resolve(runs).resolve("it/result.json").toFile());
  }

  private void assertNothingIsLeft() {
    assertThat(Leftovers.processesIn(folder)).isEmpty();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(Leftovers.abandonedSharedMemory(sharedMemory)).isEmpty());
  }

  @Test
  void aClusterOfProcessesTrainsToTheSameBitsAsOneProcess() throws Exception {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1)) {
      Result local = train("local[2]", "local");
      assertThat(local.exitCode()).as(local::err).isZero();

      Result spread = train(cluster.masterUrl(), "spread");
      assertThat(spread.exitCode()).as(() -> spread.err() + cluster.logs()).isZero();

      assertThat(result("spread").path("paramsSha256").asText())
          .hasSize(64)
          .isEqualTo(result("local").path("paramsSha256").asText());
      assertThat(result("spread").path("status").asText()).isEqualTo("done");
      assertThat(result("spread").path("evaluation").path("accuracy").asDouble())
          .isEqualTo(result("local").path("evaluation").path("accuracy").asDouble())
          .isGreaterThan(0.5);
      assertThat(driverFolder.resolve("spread/it/model.zip")).isNotEmptyFile();
      assertThat(Files.readAllLines(driverFolder.resolve("spread/it/metrics.jsonl"))).isNotEmpty();
    }
    assertNothingIsLeft();
  }

  @Test
  void aTerminatedRunEndsWithOneLine() throws Exception {
    try (TriremeProcess driver =
        TriremeProcess.start(
            distribution.launcher(),
            driverFolder,
            ENVIRONMENT,
            List.of("train", "job.yaml", "--master", "local[2]", "--set", "epochs=500"))) {
      Path metrics = driverFolder.resolve("runs/it/metrics.jsonl");
      Awaitility.await().atMost(LIMIT).until(() -> Files.exists(metrics));

      driver.terminate();

      Result end = driver.await(Duration.ofSeconds(40));
      assertThat(end.exitCode()).as(end::err).isEqualTo(143);
      assertThat(end.err())
          .endsWith(
              "trireme: stopped by a signal before the work was done; the same command starts it"
                  + " again\n")
          .doesNotContain("ERROR", "\tat ");
      assertThat(driverFolder.resolve("runs/it/result.json")).doesNotExist();
    }
    assertNothingIsLeft();
  }

  @Test
  void aMasterThatCannotBeReachedIsToldAtOnce() throws Exception {
    Result unreachable = train("spark://127.0.0.1:9", "runs");
    assertThat(unreachable.exitCode()).as(unreachable::err).isEqualTo(3);
    assertThat(unreachable.err())
        .startsWith("trireme: master spark://127.0.0.1:9: cannot be reached")
        .hasLineCount(1);
    assertThat(driverFolder.resolve("runs")).doesNotExist();
  }

  @Test
  void whatCannotWorkIsToldBeforeTheFirstStep() throws Exception {
    Result unknownKey = train("local[2]", "runs", "--set", "optimiser.adam.learningRate=1");
    assertThat(unknownKey.exitCode()).isEqualTo(2);
    assertThat(unknownKey.err()).contains("optimiser", "optimizer").doesNotContain("\tat ");

    Result slots = train("local[1]", "runs");
    assertThat(slots.exitCode()).isEqualTo(3);
    assertThat(slots.err()).contains("task slots", "workers: 2").doesNotContain("\tat ");

    Result missing =
        train(
            "local[2]",
            "runs",
            "--set=data.format=idx",
            "--set=data.train.examples=",
            "--set=data.test.examples=",
            "--set=data.train.images=none/images",
            "--set=data.train.labels=none/labels",
            "--set=data.test.images=none/images",
            "--set=data.test.labels=none/labels");
    assertThat(missing.exitCode()).as(missing::err).isEqualTo(3);
    assertThat(missing.err()).contains("none/images").doesNotContain("\tat ");

    Files.writeString(driverFolder.resolve("file"), "not a folder");
    Result output = train("local[2]", "file");
    assertThat(output.exitCode()).as(output::err).isEqualTo(3);
    assertThat(output.err()).contains("output folder").doesNotContain("\tat ");

    assertThat(driverFolder.resolve("runs/it/result.json")).doesNotExist();
    assertNothingIsLeft();
  }
}
