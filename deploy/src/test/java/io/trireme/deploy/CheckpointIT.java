package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.deploy.TriremeProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose processes are killed, and which end with the parameters of an undisturbed run. */
@Timeout(3600)
@EnabledOnOs(value = OS.LINUX, disabledReason = "kills processes that it finds in /proc")
class CheckpointIT {
  private static final String[] JOB = {"epochs=15", "checkpoint={everySteps: 20, keep: 2}"};

  private static String quiet = "";

  private final Distribution distribution = Distribution.ofBuild();

  @TempDir Path folder;
  private JobFolder job;

  @BeforeEach
  void writeJob() {
    job = new JobFolder(folder, JOB);
  }

  /** One process that nothing disturbs says what all others must come to. */
  @BeforeAll
  static void trainUndisturbed(@TempDir Path folder) {
    JobFolder undisturbed = new JobFolder(folder, JOB);
    Result end = undisturbed.train("local[2]", "--set=checkpoint=");
    assertThat(end.exitCode()).as(end::err).isZero();
    quiet = undisturbed.parameters();
  }

  private TriremeProcess start(String... options) {
    return job.start("local[2]", options);
  }

  private Result train(String... options) {
    return job.train("local[2]", options);
  }

  @Test
  void aDriverThatIsKilledAgainAndAgainEndsWithTheSameBits() throws Exception {
    Random random = new Random(4);
    for (int kill = 0; kill < 2; kill++) {
      List<Path> before = job.checkpoints();
      try (TriremeProcess driver = start()) {
        job.awaitNewCheckpoint(before);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
        assertThat(driver.isAlive()).as("the job is too short for this test").isTrue();
      }
    }
    Result last = train();
    assertThat(last.exitCode()).as(last::err).isZero();
    assertThat(last.err()).contains("held by process", "going on after step");
    assertThat(job.parameters()).isEqualTo(quiet);

    Result again = train();
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).contains("job it has finished already");

    Result other = train("--set=seed=4");
    assertThat(other.exitCode()).as(other::err).isEqualTo(3);
    assertThat(other.err()).contains("seed: 3 became 4");
  }

  /** All executors at once; then driver, executors, workers and master. */
  @Test
  void aClusterThatIsLostAsAWholeLosesNoStepBeforeItsCheckpoint() throws Exception {
    Path first = Files.createDirectory(folder.resolve("first"));
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, first, 2, 1);
        TriremeProcess driver = job.start(cluster.masterUrl())) {
      job.awaitNewCheckpoint(List.of());
      List<ProcessHandle> lost = cluster.awaitExecutors(2, JobFolder.LIMIT);
      List<Path> before = job.checkpoints();

      lost.forEach(ProcessHandle::destroyForcibly);

      job.awaitNewCheckpoint(before);
      assertThat(driver.isAlive()).as(driver::err).isTrue();
      assertThat(driver.err()).contains("the job goes on with the checkpoint of step");
    }
    Path second = Files.createDirectory(folder.resolve("second"));
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, second, 2, 1);
        TriremeProcess driver = job.start(cluster.masterUrl())) {
      Result end = driver.await(JobFolder.LIMIT);
      assertThat(end.exitCode()).as(() -> end.err() + cluster.logs()).isZero();
      assertThat(end.err()).contains("going on after step");
      assertThat(job.parameters()).isEqualTo(quiet);
    }
  }

  @Test
  void sigtermLeavesACheckpointFromWhichTheSameCommandGoesOn() throws Exception {
    try (TriremeProcess driver = start("--set=checkpoint={everySeconds: 3600}")) {
      job.awaitTraining(driver);
      assertThat(driver.isAlive()).as("the job is too short for this test").isTrue();
      driver.terminate();
      Result stopped = driver.await(JobFolder.LIMIT);
      assertThat(stopped.exitCode()).as(stopped::err).isEqualTo(143);
      assertThat(stopped.err()).contains("stopped by SIGTERM after a checkpoint of step");
    }
    assertThat(job.checkpoints()).hasSize(1);
    Result last = train();
    assertThat(last.exitCode()).as(last::err).isZero();
    assertThat(job.parameters()).isEqualTo(quiet);
  }

  @Test
  void aJobThatOneDriverRunsIsRefusedToAnother() {
    try (TriremeProcess driver = start("--set=epochs=5000")) {
      job.awaitTraining(driver);
      try (TriremeProcess second = start("--set=epochs=5000")) {
        Result refused = second.await(JobFolder.LIMIT);
        assertThat(refused.exitCode()).as(refused::err).isEqualTo(3);
        assertThat(refused.err()).contains("another driver runs this job: process");
      }
      assertThat(driver.isAlive()).as(driver::err).isTrue();
    }
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
    builder.environment().put("EPOCHS", "8");
    builder.environment().put("PAUSE_SPAN", "2");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(50, TimeUnit.MINUTES)).as(Files.readString(out)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(out)).isZero();
      assertThat(Files.readString(out)).containsPattern("survived [5-9]\\d* kills");
    } finally {
      process.destroy();
    }
  }
}
