package io.trireme.driver.run;

import static io.trireme.driver.fixture.LocalJobs.checkpoints;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.SectionId;
import io.trireme.common.checkpoint.StepInspection;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.fixture.LocalJobs;
import io.trireme.driver.fixture.LocalSpark;
import io.trireme.driver.fixture.RunWatcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs with lossy codecs that are ended in the middle and go on, bit for bit. */
@Timeout(1800)
@ExtendWith(LocalSpark.class)
class CompressedResumeTest {
  private static final String EVERY_4 = "checkpoint={everySteps: 4, keep: 3}";

  private static LocalJobs jobs;

  @BeforeAll
  static void onSpark(JavaSparkContext spark, @TempDir Path folder) {
    jobs =
        new LocalJobs(
            spark,
            folder,
            "data={format: digits, train: {examples: 1000}, test: {examples: 100}}",
            "batch={size: 48, slots: 4}",
            "epochs=4");
  }

  private static String quiet(String... sets) throws Exception {
    LocalJobs.Run run = jobs.quiet(sets);
    assertThat(run.told().progress())
        .as("something is kept back")
        .extracting(Progress::residualNorm)
        .anyMatch(norm -> norm > 0);
    return run.parameters();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bf16      | bf16 | bsp
          fp16      | fp16 | bsp
          int8      | int8 | bsp
          onebit    | onebit | bsp
          threshold | {codec: threshold, maxDensity: 0.05} | bsp
          topk      | {codec: topk, density: 0.02, momentum: 0.9, clipNorm: 1.0, warmupSteps: 10} | bsp
          thc       | {codec: thc, bits: 4} | bsp
          powersgd  | {codec: powersgd, rank: 2, warmupSteps: 2} | bsp
          warmup    | {codec: onebit, warmupSteps: 60} | bsp
          back      | {codec: int8, back: onebit} | bsp
          back-thc  | {codec: thc, bits: 8, back: {codec: thc, bits: 8}} | bsp
          back-topk | {codec: bf16, back: {codec: threshold, maxDensity: 0.1}} | bsp
          mixed     | {codec: thc, overrides: {'0_W': topk, '.*_b': none, '1_W': threshold}} | bsp
          local     | {codec: topk, density: 0.05, back: int8} | local
          """)
  void goesOnBitForBitWithOtherNumbersOfServers(String id, String compression, String mode)
      throws Exception {
    String[] what = {"compression=" + compression, "sync={mode: " + mode + "}"};
    String quiet = quiet(what);
    long at = jobs.killAfter(4, jobs.job(id, what[0], what[1], EVERY_4));
    JobConfig second = jobs.job(id, what[0], what[1], EVERY_4, "servers=3");
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(second, watcher);
    assertThat(watcher.resumed()).containsExactly(at);
    assertThat(at).as("something is left to compute").isLessThan(result.steps());
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    List<StepInspection> left = checkpoints(second).list(Check.EVERY_BYTE);
    assertThat(left).allMatch(StepInspection::valid);
    assertThat(left.get(left.size() - 1).step()).as("the final state").isEqualTo(result.steps());
  }

  @Test
  void aWorkersShardThatIsBadOrMissingIsPassedOver() throws Exception {
    String[] what = {"compression=onebit", "epochs=24"};
    String quiet = quiet(what);
    JobConfig job = jobs.job("shards", what[0], what[1], EVERY_4);
    assertThat(jobs.killAfter(0, 3, job)).isPositive();
    CheckpointFolder kept = checkpoints(job);
    List<Long> steps =
        kept.list(Check.EVERY_BYTE).stream()
            .filter(StepInspection::valid)
            .map(StepInspection::step)
            .toList();
    assertThat(steps).hasSizeGreaterThanOrEqualTo(3);
    Path bad = workerShard(kept, steps.get(steps.size() - 1));
    byte[] bytes = Files.readAllBytes(bad);
    bytes[bytes.length - 5] ^= 1;
    Files.write(bad, bytes);
    Path missing = workerShard(kept, steps.get(steps.size() - 2));
    Files.delete(missing);
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(job, watcher);
    assertThat(watcher.resumed()).containsExactly(steps.get(steps.size() - 3));
    assertThat(watcher.warnings())
        .anyMatch(line -> line.contains(String.valueOf(bad.getFileName())))
        .anyMatch(line -> line.contains(String.valueOf(missing.getFileName())));
    assertThat(result.paramsSha256()).isEqualTo(quiet);
  }

  private static Path workerShard(CheckpointFolder kept, long step) throws Exception {
    try (Stream<Path> files = Files.list(Path.of(kept.stepFolder(step).toUri()))) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith("worker-00001."))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void residualsOfAllSlotsAreThereOnce() throws Exception {
    JobConfig job = jobs.job("sections", "compression={codec: topk, back: bf16}", EVERY_4);
    long at = jobs.killAfter(4, job);
    Manifest manifest =
        requireNonNull(requireNonNull(checkpoints(job).inspect(at, Check.EVERY_BYTE)).manifest());
    Set<String> slots = new TreeSet<>();
    Set<Integer> travels = new TreeSet<>();
    for (StoredSection section :
        manifest.files().stream().flatMap(file -> file.sections().stream()).toList()) {
      assertThat(section.step()).isEqualTo(at);
      if (section.id().kind() == SectionId.Kind.RESIDUAL) {
        slots.add(section.id().name());
      } else if (section.id().kind() == SectionId.Kind.TRAVEL) {
        travels.add(section.id().index());
      }
    }
    assertThat(slots).containsExactly("0-2", "2-4");
    assertThat(travels).hasSize(manifest.groups().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void otherNumbersOfWorkersGoOnWithOtherBits(int workers) throws Exception {
    String compression = "compression={codec: topk, density: 0.02, back: int8}";
    String[] first = {compression, EVERY_4, "epochs=8"};
    String[] second = {
      compression, EVERY_4, "epochs=8", "workers={min: %d, max: %<d}".formatted(workers)
    };
    long at = jobs.killAfter(8, jobs.job("other" + workers, first));
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(jobs.job("other" + workers, second), watcher);
    assertThat(watcher.resumed()).containsExactly(at);
    assertThat(result.workers()).isEqualTo(workers);
    assertThat(requireNonNull(result.evaluation()).accuracy()).isGreaterThan(0.3);
  }

  @Test
  void moreEpochsGoOnFromTheFinalStateThoughTheLastStepTravelsPlain() throws Exception {
    String[] what = {"compression={codec: int8, back: onebit}", "epochs=5"};
    String quiet = quiet(what);
    jobs.run(jobs.job("more", what[0], EVERY_4), new RunWatcher());
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(jobs.job("more", what[0], what[1], EVERY_4), watcher);
    assertThat(watcher.resumed()).containsExactly(84L);
    assertThat(result.paramsSha256()).isEqualTo(quiet);
  }

  @Test
  void anotherCodecIsRefused() throws Exception {
    long at = jobs.killAfter(4, jobs.job("codec", "compression=int8", EVERY_4));
    assertThat(at).isPositive();
    JobConfig other = jobs.job("codec", "compression={codec: onebit, warmupSteps: 3}", EVERY_4);
    assertThatThrownBy(() -> jobs.run(other, new RunWatcher()))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("compression.way.codec: int8 became onebit")
        .hasMessageContaining("compression.warmupSteps: 0 became 3");
  }
}
