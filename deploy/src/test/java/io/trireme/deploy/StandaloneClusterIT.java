package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.deploy.jobs.HoldExecutors;
import io.trireme.deploy.jobs.WhereTasksRan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(1200)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for leftovers in /proc and /dev/shm")
class StandaloneClusterIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Pattern TASK = Pattern.compile("(?m)^task (\\S+) (\\d+) (\\S+) (\\d+)$");

  private final Distribution distribution = Distribution.ofBuild();
  private final Set<String> sharedMemory = Leftovers.sharedMemory();

  @TempDir Path folder;
  private Path clusterFolder = Path.of("");
  private Path driverFolder = Path.of("");

  @BeforeEach
  void makeFolders() throws Exception {
    clusterFolder = Files.createDirectory(folder.resolve("cluster"));
    driverFolder = Files.createDirectory(folder.resolve("driver"));
  }

  @Test
  void runsAJobOnTwoExecutorsAndLeavesNothingBehind() {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 2, 1);
        ManagedProcess driver = submit(cluster.masterUrl(), WhereTasksRan.class, "2")) {
      driver.handle().onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();

      List<MatchResult> tasks = TASK.matcher(driver.log()).results().toList();
      assertThat(tasks).as(() -> driver.log() + cluster.logs()).hasSize(2);
      assertThat(tasks).extracting(t -> t.group(1)).containsExactlyInAnyOrder("0", "1");
      assertThat(tasks).extracting(t -> t.group(2)).doesNotHaveDuplicates();
      assertThat(tasks).extracting(t -> t.group(3)).containsOnly("1");
      assertThat(tasks).extracting(t -> t.group(4)).containsOnly("100");
    }
    assertNothingIsLeft();
  }

  @Test
  void survivesTheLossOfAnExecutorAndEndsThoseOfALostWorker() {
    try (StandaloneCluster cluster = StandaloneCluster.start(distribution, clusterFolder, 1, 1);
        ManagedProcess driver = submit(cluster.masterUrl(), HoldExecutors.class)) {
      driver.awaitLine(Pattern.compile("Registered executor.* with ID 0"), LIMIT);
      assertThat(cluster.executors()).hasSize(1);

      cluster.executors().forEach(ProcessHandle::destroyForcibly);
      driver.awaitLine(Pattern.compile("Registered executor.* with ID 1"), LIMIT);

      cluster.killWorker(0);
      cluster.awaitExecutors(0, LIMIT);
    }
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() {
    assertThat(Leftovers.processesIn(folder)).isEmpty();
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(Leftovers.abandonedSharedMemory(sharedMemory)).isEmpty());
  }

  private ManagedProcess submit(String master, Class<?> job, String... arguments) {
    List<String> command =
        new ArrayList<>(
            distribution.java(
                List.of("-Xmx512m", distribution.verboseLogging()),
                "org.apache.spark.deploy.SparkSubmit",
                "--properties-file",
                distribution.home().resolve("conf/spark-defaults.conf").toString(),
                "--master",
                master,
                "--executor-memory",
                "512m",
                "--conf",
                "spark.plugins=",
                "--conf",
                "spark.scheduler.minRegisteredResourcesRatio=1.0",
                "--class",
                job.getName(),
                distribution.testJobs().toString()));
    command.addAll(List.of(arguments));
    return ManagedProcess.start("driver", driverFolder, distribution.environment(), command);
  }
}
