package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.deploy.TriremeProcess.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code trireme-cluster}: what it starts it also ends. */
@Timeout(1200)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for leftovers in /proc")
class ClusterScriptIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Distribution distribution = Distribution.ofBuild();

  @TempDir Path folder;

  @Test
  void startsAMasterAndWorkersAndEndsThem() {
    Result start = run("start", "--workers", "1", "--cores", "2", "--dir", "my cluster");
    assertThat(start.exitCode()).as(start::err).isZero();
    assertThat(start.out().strip()).matches("spark://127\\.0\\.0\\.1:\\d+");
    assertThat(Leftovers.processesIn(folder)).hasSize(2);

    Result again = run("start", "--dir", "my cluster");
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("a cluster runs in", "my cluster", "stop --dir");

    Result stop = run("stop", "--dir", "my cluster");
    assertThat(stop.exitCode()).as(stop::err).isZero();
    assertThat(Leftovers.processesIn(folder)).isEmpty();
  }

  private Result run(String... arguments) {
    Path script = distribution.launcher().resolveSibling("trireme-cluster");
    return TriremeProcess.run(
        script, folder, Map.of("SPARK_HOME", "", "SPARK_LOCAL_IP", ""), LIMIT, arguments);
  }
}
