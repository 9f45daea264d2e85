package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.deploy.TriremeProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs, started the way a user starts them, on real processes. */
@Timeout(3600)
@ExtendWith(SharedCluster.class)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for leftovers in /proc and /dev/shm")
class TrainingIT {
  private final StandaloneCluster cluster;

  @TempDir Path folder;
  private JobFolder job;

  TrainingIT(StandaloneCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void writeJob() {
    job = new JobFolder(folder, "data.test.examples=300");
  }

  private Result train(String master, String runs, String... more) {
    String[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = "--set=output.dir=" + runs;
    return job.train(master, options);
  }

  private void assertNothingIsLeft() {
    assertThat(Leftovers.processesIn(folder)).isEmpty();
  }

  @Test
  void aClusterOfProcessesTrainsToTheSameBitsAsOneProcess() throws Exception {
    Result local = train("local[2]", "local");
    assertThat(local.exitCode()).as(local::err).isZero();

    Result spread = train(cluster.masterUrl(), "spread");
    assertThat(spread.exitCode()).as(() -> spread.err() + cluster.logs()).isZero();

    assertThat(job.result("spread").path("paramsSha256").asText())
        .hasSize(64)
        .isEqualTo(job.result("local").path("paramsSha256").asText());
    assertThat(job.result("spread").path("status").asText()).isEqualTo("done");
    assertThat(job.result("spread").path("evaluation").path("accuracy").asDouble())
        .isEqualTo(job.result("local").path("evaluation").path("accuracy").asDouble())
        .isGreaterThan(0.5);
    assertThat(job.resolve("spread/it/model.zip")).isNotEmptyFile();
    assertThat(Files.readAllLines(job.resolve("spread/it/metrics.jsonl"))).isNotEmpty();
    assertNothingIsLeft();
  }

  @Test
  void aTerminatedRunEndsWithOneLine() throws Exception {
    try (TriremeProcess driver = job.start("local[2]", "--set=epochs=5000")) {
      job.awaitTraining(driver);

      driver.terminate();

      Result end = driver.await(JobFolder.LIMIT);
      assertThat(end.exitCode()).as(end::err).isEqualTo(143);
      assertThat(end.err())
          .endsWith(
              "trireme: stopped by a signal before the work was done; the same command starts it"
                  + " again\n")
          .doesNotContain("ERROR", "\tat ");
      assertThat(job.resolve("runs/it/result.json")).doesNotExist();
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
    assertThat(job.resolve("runs")).doesNotExist();
  }

  @Test
  void whatCannotWorkIsToldBeforeTheFirstStep() throws Exception {
    Result unknownKey = train("local[2]", "runs", "--set=optimiser.adam.learningRate=1");
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

    Files.writeString(job.resolve("file"), "not a folder");
    Result output = train("local[2]", "file");
    assertThat(output.exitCode()).as(output::err).isEqualTo(3);
    assertThat(output.err()).contains("output folder").doesNotContain("\tat ");

    assertThat(job.resolve("runs/it/result.json")).doesNotExist();
    assertNothingIsLeft();
  }
}
