package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trireme.deploy.TriremeProcess.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed or frozen in the middle of training. */
@Timeout(3600)
@ExtendWith(SharedCluster.class)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for threads in /proc, freezes by signals")
class RecoveryIT {
  private static final String[] JOB = {
    "data.train.examples=640", "batch.slots=4", "epochs=20", "servers={count: 2, replicas: 1}",
  };

  private static String expected = "";

  private final StandaloneCluster cluster;
  private final List<ProcessHandle> frozen = new ArrayList<>();
  private JobFolder job;

  RecoveryIT(StandaloneCluster cluster) {
    this.cluster = cluster;
  }

  /** One process that nothing disturbs says what all others must come to. */
  @BeforeAll
  static void trainUndisturbed(@TempDir Path folder) {
    JobFolder quiet = new JobFolder(folder, JOB);
    Result end = quiet.train("local[2]", "--set=servers=1");
    assertThat(end.exitCode()).as(end::err).isZero();
    expected = quiet.parameters();
  }

  @BeforeEach
  void writeJob(@TempDir Path folder) {
    job = new JobFolder(folder, JOB);
  }

  @AfterEach
  void thaw() {
    frozen.forEach(process -> signal(process, "CONT"));
  }

  private TriremeProcess train(String... options) {
    return job.start(cluster.masterUrl(), options);
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
  private ProcessHandle executorWithoutServer() {
    return cluster.awaitExecutors(2, JobFolder.LIMIT).stream()
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

  private void assertRecovered(Result end) {
    assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
    assertThat(job.parameters()).isEqualTo(expected);
    assertThat(job.result().path("restarts").asInt()).isPositive();
    assertThat(job.recoveries())
        .isNotEmpty()
        .allSatisfy(
            line -> {
              assertThat(line.path("detectionSeconds").asDouble(-1)).isNotNegative();
              assertThat(line.path("pauseSeconds").asDouble(-1)).isPositive();
            });
  }

  @Test
  void aKilledExecutorIsReplacedAndTheResultIsTheSame() {
    try (TriremeProcess driver = train()) {
      job.awaitTraining(driver);
      ProcessHandle victim = cluster.awaitExecutors(2, JobFolder.LIMIT).get(0);
      assertThat(hasServer(victim)).isTrue();

      victim.destroyForcibly();

      assertRecovered(driver.await(JobFolder.LIMIT));
      assertThat(job.recoveries().get(0).path("workers").asInt()).isEqualTo(1);
      assertThat(job.recoveries().get(0).path("servers").asInt()).isEqualTo(1);
    }
  }

  @Test
  void aKilledWorkerAloneIsReplacedAndTheResultIsTheSame() {
    try (TriremeProcess driver = train("--set=servers.count=1", "--set=servers.replicas=0")) {
      job.awaitTraining(driver);
      executorWithoutServer().destroyForcibly();

      assertRecovered(driver.await(JobFolder.LIMIT));
      assertThat(job.recoveries().get(0).path("servers").asInt()).isZero();
    }
  }

  @Test
  void aWorkerWhoseExecutorIsAskedToEndHandsOverWhatItKeptBack() {
    try (TriremeProcess driver =
        train("--set=servers.count=1", "--set=servers.replicas=0", "--set=compression=onebit")) {
      job.awaitTraining(driver);

      signal(executorWithoutServer(), "TERM");

      Result end = driver.await(JobFolder.LIMIT);
      assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
      assertThat(job.result().path("restarts").asInt(-1)).isZero();
      assertThat(job.recoveries()).hasSize(1);
      JsonNode left = job.recoveries().get(0);
      assertThat(left.path("left").asInt()).isEqualTo(1);
      assertThat(left.path("workers").asInt(-1)).isZero();
      assertThat(left.path("residualNormLost").asDouble(-1)).isZero();
    }
  }

  @Test
  void aServerWithoutABackupEndsTheRunWithTheWayOut() {
    try (TriremeProcess driver = train("--set=epochs=5000", "--set=servers.replicas=0")) {
      job.awaitTraining(driver);

      cluster.awaitExecutors(2, JobFolder.LIMIT).get(0).destroyForcibly();

      Result end = driver.await(JobFolder.LIMIT);
      assertThat(end.exitCode()).as(end::err).isEqualTo(4);
      assertThat(end.err())
          .contains("block groups are lost", "server ", "servers: { count: 2, replicas: 1 }")
          .doesNotContain("\tat ");
      assertThat(job.result().path("status").asText()).isEqualTo("failed");
    }
  }

  @Test
  void aFrozenWorkerIsGotOver() {
    try (TriremeProcess driver =
        train(
            "--set=transport.timeoutSeconds=5",
            "--set=servers.count=1",
            "--set=servers.replicas=0")) {
      job.awaitTraining(driver);

      freeze(executorWithoutServer());

      job.awaitRecovery();
      assertThat(job.recoveries().get(0).path("detectionSeconds").asDouble()).isGreaterThan(4.5);
      assertRecovered(driver.await(JobFolder.LIMIT));
    }
  }

  @Test
  void aServerAndAWorkerThatComeBackFromAFreezeDisturbNobody() {
    try (TriremeProcess driver = train("--set=transport.timeoutSeconds=5")) {
      job.awaitTraining(driver);
      ProcessHandle victim = cluster.awaitExecutors(2, JobFolder.LIMIT).get(0);
      assertThat(hasServer(victim)).isTrue();
      freeze(victim);
      job.awaitRecovery();
      assertThat(job.recoveries().get(0).path("servers").asInt()).isEqualTo(1);

      thaw();

      assertRecovered(driver.await(JobFolder.LIMIT));
    }
  }

  /** Nobody else has taken the job meanwhile, so it goes on where it was. */
  @Test
  void aDriverThatWasFrozenForLongerThanItsLeaseGoesOn() {
    try (TriremeProcess driver = train("--set=transport.timeoutSeconds=5")) {
      job.awaitTraining(driver);

      driver.processes().forEach(this::freeze);

      Awaitility.await("its lease ends")
          .atMost(JobFolder.LIMIT)
          .until(() -> job.leaseEndsMs() < System.currentTimeMillis());
      thaw();
      Result end = driver.await(JobFolder.LIMIT);
      assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
      assertThat(job.parameters()).isEqualTo(expected);
    }
  }
}
