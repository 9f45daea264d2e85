package io.trireme.driver.run;

import io.trireme.driver.api.result.PreflightException;

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
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.RunResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs with lossy codecs that are ended in the middle and go on, bit for bit. */
@Timeout(300)
class CompressedResumeTest {

  private static final String EVERY_4 = "checkpoint={everySteps: 4, keep: 3}";

  @TempDir static Path folder;
  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    spark =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[4]")
                .setAppName("compressed-resume")
                .set("spark.ui.enabled", "false")
                .set("spark.plugins", "io.trireme.driver.spark.TriremePlugin"));
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  /** What ends a run in the middle of this test. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Watcher implements TrainingListener {
    private final LongConsumer onCheckpoint;
    private final List<Long> checkpoints = new ArrayList<>();
    private final List<Long> resumed = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private double residualNorm;

    Watcher(LongConsumer onCheckpoint) {
      this.onCheckpoint = onCheckpoint;
    }


    @Override
    public void progress(Progress made) {
      residualNorm = Math.max(residualNorm, made.residualNorm());
    }

    @Override
    public void resumed(long step) {
      resumed.add(step);
    }

    @Override
    public void checkpoint(long step, long lengthBytes, double seconds) {
      checkpoints.add(step);
      onCheckpoint.accept(step);
    }

    @Override
    public void warning(String message) {
      warnings.add(message);
    }
  }

  private static JobConfig config(String job, String... sets) throws Exception {
    Path file = folder.resolve("job.yaml");
    Files.writeString(
        file,
        """
        job: base
        seed: 7
        model: { zoo: mlp }
        data:
          format: digits
          train: { examples: 2000 }
          test: { examples: 100 }
        batch: { size: 48, slots: 4 }
        epochs: 4
        optimizer: { adam: { learningRate: 0.001 } }
        workers: { min: 2, max: 2, threads: 1 }
        servers: 2
        output: { dir: %s }
        """
            .formatted(folder));
    List<String> all = new ArrayList<>(Arrays.asList(sets));
    all.add("job=" + job);
    return JobFile.load(file, all, Map.of());
  }

  private static RunResult run(JobConfig job, Watcher watcher) throws Exception {
    RunFolder run = RunFolder.of(job, new Configuration());
    RunContext control =
        new RunContext(Resumption.own(job, run, watcher.warnings::add), Lease.NONE, new StopSwitch());
    return new TrainingRun(spark, job, run, control, watcher).run();
  }

  /** Ends the run once a checkpoint of this step or a later one is there. */
  private static long killAfter(long step, JobConfig job) {
    Watcher killer =
        new Watcher(
            committed -> {
              if (committed >= step) {
                throw new Killed();
              }
            });
    assertThatThrownBy(() -> run(job, killer)).isInstanceOf(Killed.class);
    return killer.checkpoints.get(killer.checkpoints.size() - 1);
  }

  private static String quiet(String job, String... sets) throws Exception {
    Watcher watcher = new Watcher(step -> {});
    String sha = requireNonNull(run(config(job + "-quiet", sets), watcher).paramsSha256());
    assertThat(watcher.residualNorm).as("something is kept back").isPositive();
    return sha;
  }

  private static CheckpointFolder checkpoints(JobConfig job) {
    return RunFolder.of(job, new Configuration()).checkpointFolder();
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
    String quiet = quiet(id, what);
    long at = killAfter(4, config(id, what[0], what[1], EVERY_4));
    JobConfig second = config(id, what[0], what[1], EVERY_4, "servers=3");
    Watcher watcher = new Watcher(step -> {});
    RunResult result = run(second, watcher);
    assertThat(watcher.resumed).containsExactly(at);
    assertThat(at).as("something is left to compute").isLessThan(result.steps());
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    List<StepInspection> left = checkpoints(second).list(Check.EVERY_BYTE);
    assertThat(left).allMatch(StepInspection::valid);
    assertThat(left.get(left.size() - 1).step()).as("the final state").isEqualTo(result.steps());
  }

  @Test
  void aWorkersShardThatIsBadOrMissingIsPassedOver() throws Exception {
    String[] what = {"compression=onebit", "epochs=24"};
    String quiet = quiet("shards", what);
    JobConfig job = config("shards", what[0], what[1], EVERY_4);
    AtomicInteger written = new AtomicInteger();
    Watcher killer =
        new Watcher(
            step -> {
              if (written.incrementAndGet() >= 3) {
                throw new Killed();
              }
            });
    assertThatThrownBy(() -> run(job, killer)).isInstanceOf(Killed.class);
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
    Watcher watcher = new Watcher(ignored -> {});
    RunResult result = run(job, watcher);
    assertThat(watcher.resumed).containsExactly(steps.get(steps.size() - 3));
    assertThat(watcher.warnings)
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
    JobConfig job = config("sections", "compression={codec: topk, back: bf16}", EVERY_4);
    long at = killAfter(4, job);
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
    String[] first = {compression, EVERY_4};
    String[] second = {compression, EVERY_4, "workers={min: %d, max: %<d}".formatted(workers)};
    long at = killAfter(8, config("other" + workers, first));
    Watcher watcher = new Watcher(step -> {});
    RunResult result = run(config("other" + workers, second), watcher);
    assertThat(watcher.resumed).containsExactly(at);
    assertThat(result.workers()).isEqualTo(workers);
    assertThat(requireNonNull(result.evaluation()).accuracy()).isGreaterThan(0.3);
  }

  @Test
  void moreEpochsGoOnFromTheFinalStateThoughTheLastStepTravelsPlain() throws Exception {
    String[] what = {"compression={codec: int8, back: onebit}", "epochs=5"};
    String quiet = quiet("more", what);
    run(config("more", what[0], EVERY_4), new Watcher(step -> {}));
    Watcher watcher = new Watcher(step -> {});
    RunResult result = run(config("more", what[0], what[1], EVERY_4), watcher);
    assertThat(watcher.resumed).containsExactly(168L);
    assertThat(result.paramsSha256()).isEqualTo(quiet);
  }

  @Test
  void anotherCodecIsRefused() throws Exception {
    long at = killAfter(4, config("codec", "compression=int8", EVERY_4));
    assertThat(at).isPositive();
    JobConfig other = config("codec", "compression={codec: onebit, warmupSteps: 3}", EVERY_4);
    assertThatThrownBy(() -> run(other, new Watcher(step -> {})))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("compression.way.codec: int8 became onebit")
        .hasMessageContaining("compression.warmupSteps: 0 became 3");
  }
}
