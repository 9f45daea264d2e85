package io.trireme.driver.jobfile;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.JobConfig;
import io.trireme.common.config.OptimizerTables;
import io.trireme.common.config.ServersConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The job files that ship are valid, and the reference tells the truth. */
class ConfFilesTest {

  private static final Path CONF = Path.of("..", "..", "conf");

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(CONF)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static JobConfig load(String name, String... sets) {
    return JobFile.load(CONF.resolve(name), List.of(sets), Map.of());
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyFileIsAJobNamedAfterItself(Path file) {
    JobConfig job = JobFile.load(file, List.of(), Map.of());
    assertThat(job.job() + ".yaml").isEqualTo(String.valueOf(file.getFileName()));
  }

  @Test
  void quickstartNeedsNoFiles() {
    JobConfig job = load("quickstart.yaml");
    assertThat(job.data().format()).isEqualTo("digits");
    assertThat(job.workers().max()).isEqualTo(2);
    assertThat(job.servers()).isEqualTo(ServersConfig.of(2));
  }

  @ParameterizedTest
  @MethodSource("files")
  void filesOfDataAreWhereTheEnvironmentSays(Path file) {
    JobConfig job = JobFile.load(file, List.of(), Map.of("TRIREME_DATA_DIR", "/d"));
    Object images = job.data().train().getOrDefault("images", "/d/none");
    assertThat(String.valueOf(images)).startsWith("/d/");
  }

  @Test
  void referenceShowsTheDefaults() {
    List<String> optional = new ArrayList<>();
    for (String key :
        List.of(
            "seed",
            "engine",
            "math",
            "epochs",
            "sync",
            "compression",
            "onNonFinite",
            "workers",
            "servers",
            "checkpoint",
            "transport",
            "output")) {
      optional.add(key + "=");
    }
    for (String key :
        List.of("adam", "l1", "l2", "weightDecay", "normalization", "clipGlobalNorm")) {
      optional.add("optimizer." + key + "=");
    }
    assertThat(load("reference.yaml", optional.toArray(String[]::new)))
        .isEqualTo(load("reference.yaml"));
  }

  @Test
  void referenceNamesEveryKnownKey() {
    String reference = text("reference.yaml");
    List<String> sets = new ArrayList<>();
    for (String section :
        List.of(
            "",
            "model.",
            "data.",
            "data.train.",
            "batch.",
            "optimizer.",
            "sync.",
            "compression.",
            "workers.",
            "servers.",
            "transport.",
            "output.")) {
      sets.add(section + "qqqqqqqqqqqq=1");
    }
    List<String> problems = Jobs.problems(reference, sets.toArray(String[]::new));
    assertThat(problems).hasSameSizeAs(sets);
    problems = new ArrayList<>(problems);
    problems.addAll(
        Jobs.plannedProblemsOf("sync={mode: local, outer: {nesterovs: {qqqqqqqqqqqq: 1}}}"));
    problems.addAll(Jobs.plannedProblemsOf("checkpoint={everySteps: 1, qqqqqqqqqqqq: 1}"));
    for (String problem : problems) {
      for (String key : problem.substring(problem.indexOf("one of ") + 7).split(", ")) {
        assertThat(reference).containsPattern("\\b" + key + "(,[^:\n]*)?:");
      }
    }
    for (OptimizerTables.Updater updater : OptimizerTables.UPDATERS) {
      updater.numbers().keySet().forEach(name -> assertThat(reference).contains(name + ":"));
    }
    for (OptimizerTables.Schedule schedule : OptimizerTables.SCHEDULES) {
      assertThat(reference).contains(schedule.kind() + ":").contains(schedule.numbers().keySet());
    }
  }

  private static String text(String name) {
    try {
      return Files.readString(CONF.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
