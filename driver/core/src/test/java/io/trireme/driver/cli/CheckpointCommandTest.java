package io.trireme.driver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.checkpoint.CheckpointShardHeader;
import io.trireme.common.checkpoint.CheckpointShardWriter;
import io.trireme.common.checkpoint.DataCursor;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.GroupSections;
import io.trireme.common.checkpoint.JobLease;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.Section;
import io.trireme.common.config.JobConfig;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.worker.engine.ModelFamily;
import io.trireme.worker.engine.TrainableModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointCommandTest {
  private static final Path JOB = Path.of("..", "..", "conf", "quickstart.yaml");
  private static final String NAME = "quickstart";

  @TempDir Path dir;
  private final CommandLineRun line = new CommandLineRun();

  private static FileSystem local() throws IOException {
    return FileSystem.getLocal(new Configuration(false));
  }

  private CheckpointFolder folder() throws IOException {
    return new CheckpointFolder(
        local(),
        new org.apache.hadoop.fs.Path(dir.resolve(NAME).resolve("checkpoints").toUri()),
        NAME);
  }

  private int run(String... args) {
    line.clear();
    return line.run(args);
  }

  private int checkpoint(String command, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("checkpoint", command, JOB.toString(), "--set", "output.dir=" + dir));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private String out() {
    return line.out();
  }

  private String err() {
    return line.err();
  }

  /** A checkpoint of the job's own model as it is before the first step. */
  private static ExampleSchema digits() {
    return new ExampleSchema(
        List.of(
            new TensorSpec("image", Role.FEATURE, ElementType.UINT8, List.of(1, 28, 28), 0, 1),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), 10, 1)));
  }

  private Path save(long step) throws IOException {
    JobConfig job = JobFile.load(JOB, List.of("output.dir=" + dir), Map.of());
    TrainableModel model =
        ModelFamily.named("dl4j")
            .create(job.model(), job.optimizer(), job.seed(), digits(), new Configuration(false));
    Layout layout = model.layout();
    BlockPlan plan = BlockPlan.of(layout);
    List<GroupOptimizer> optimizers = new ArrayList<>();
    List<Section> sections = new ArrayList<>();
    for (BlockGroup group : plan.groups()) {
      GroupOptimizer optimizer = new GroupOptimizer(layout, plan, group);
      optimizer.parameters().putFloat(0, step);
      optimizers.add(optimizer);
      sections.addAll(
          GroupSections.of(
              group.index(), step, optimizer.parameters(), optimizer.state(), List.of()));
    }
    CheckpointShard file =
        CheckpointShardWriter.write(
            local(),
            folder().stepFolder(step),
            new CheckpointShardHeader(NAME, step, "a", 0),
            sections);
    optimizers.forEach(GroupOptimizer::close);
    Manifest committed =
        folder()
            .commit(
                new Manifest(
                    Manifest.FORMAT_VERSION,
                    NAME,
                    "a",
                    step,
                    Clock.systemUTC().millis() - 600_000,
                    new DataCursor(1, 0, ""),
                    Map.of("job", job.seed()),
                    Fingerprints.ofLayout(layout, plan),
                    Fingerprints.of(Fingerprints.json(job)),
                    Fingerprints.json(job),
                    model.description(),
                    Map.of(),
                    Manifest.groupsOf(plan),
                    List.of(file)));
    assertThat(committed.step()).isEqualTo(step);
    return shard(step);
  }

  private Path shard(long step) {
    return dir.resolve(NAME + "/checkpoints/step-%012d/server-00000.a.shard".formatted(step));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void listsByJobFileOrFolder() throws IOException {
    save(50);
    save(100);
    Files.delete(dir.resolve(NAME + "/checkpoints/step-000000000050/manifest.json"));
    assertThat(checkpoint("ls")).as(err()).isZero();
    assertThat(out().lines())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(0)).isEqualToIgnoringWhitespace("step epoch size age state");
              assertThat(lines.get(1)).contains(" 50 ", "uncommitted: ", "has no manifest");
              assertThat(lines.get(2)).containsPattern("100 +1 +4\\.\\d MiB +10 min +valid");
            });
    String byJob = out();
    assertThat(run("checkpoint", "ls", dir.resolve(NAME).toString())).as(err()).isZero();
    assertThat(out()).isEqualTo(byJob);
    assertThat(run("checkpoint", "ls", folder().path().toString())).as(err()).isZero();
    assertThat(out()).isEqualTo(byJob);
  }

  @Test
  void verifiesEveryByte() throws IOException {
    save(50);
    flip(save(100));
    assertThat(checkpoint("ls")).isZero();
    assertThat(out()).doesNotContain("damaged");
    assertThat(checkpoint("verify")).isEqualTo(3);
    assertThat(out()).contains("damaged: file:" + shard(100) + ": ");
    assertThat(err())
        .isEqualTo(
            "trireme: 1 of 2 steps cannot be used; prune deletes those that are damaged and older"
                + " than a valid one\n");
    save(150);
    assertThat(checkpoint("prune", "--keep", "5")).as(err()).isZero();
    assertThat(out())
        .isEqualTo(
            "deleted 0 valid steps [], 1 without a valid checkpoint [100] and 0 files; kept 2\n");
    assertThat(checkpoint("verify")).as(err()).isZero();
  }

  /** The lease of a driver that trains the job. */
  private JobLease.Held driver() throws IOException {
    return Objects.requireNonNull(
        new JobLease(
                local(),
                new org.apache.hadoop.fs.Path(dir.resolve(NAME).resolve("lease").toUri()),
                Clock.systemUTC(),
                SystemNanoClock.INSTANCE,
                Duration.ofMinutes(5),
                "elsewhere",
                77,
                new Random(1))
            .tryAcquire()
            .held());
  }

  @Test
  void prunesNoFolderElsewhereWhileTheJobRuns() throws IOException {
    save(50);
    save(100);
    Path elsewhere = Files.createDirectory(dir.resolve("elsewhere")).resolve("steps");
    Files.move(dir.resolve(NAME).resolve("checkpoints"), elsewhere);
    JobLease.Held driver = driver();
    String there = "checkpoint={everySteps: 5, dir: " + elsewhere + "}";
    assertThat(checkpoint("prune", "--keep", "1", "--set", there)).isEqualTo(3);
    assertThat(err()).contains("the job is held by process 77 on host elsewhere until ");
    driver.release();
    assertThat(checkpoint("prune", "--keep", "1", "--set", there)).as(err()).isZero();
    assertThat(elsewhere).isDirectoryContaining(step -> step.endsWith("step-000000000100"));
    assertThat(elsewhere.resolveSibling("lease")).doesNotExist();
  }

  /** A run that fails before its first step. */
  private static RunResult failAtStart(JobConfig job, TrainingListener observer) {
    observer.phase(TrainingPhase.STARTING);
    throw new TrainingFailedException("the servers were not ready");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/checkpoints", "/checkpoints/step-000000000050"})
  void overwritesNoCheckpointWithWhichTheRunIsToBegin(String place) throws IOException {
    save(50);
    save(100);
    String[] command = {
      "train",
      JOB.toString(),
      "--set",
      "output.dir=" + dir,
      "--resume",
      dir + "/" + NAME + place,
      "--overwrite"
    };
    line.training(CheckpointCommandTest::failAtStart);
    assertThat(run(command)).isEqualTo(3);
    assertThat(err()).contains("--overwrite deletes").contains("another job id");
    assertThat(checkpoint("verify")).as(err()).isZero();
    assertThat(out().lines()).hasSize(3);
  }

  /** Console output during which the driver that is waited for ends with its result. */
  private final class Ending extends ByteArrayOutputStream {
    private final JobLease.Held driver;
    private boolean over;

    Ending(JobLease.Held driver) {
      this.driver = driver;
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      if (!over && toString(StandardCharsets.UTF_8).contains("the job is held by")) {
        over = true;
        try {
          Files.writeString(
              dir.resolve(NAME).resolve("result.json"), "{\"status\": \"done\", \"epochs\": 2}");
          driver.release();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  @Test
  void trainsNoJobAnewThatFinishedWhileItsDriverWasWaitedFor() throws IOException {
    CommandLineRun waiting =
        new CommandLineRun(new Ending(driver())).training(CheckpointCommandTest::failAtStart);
    int code = waiting.run("train", JOB.toString(), "--set", "output.dir=" + dir);
    assertThat(code).as(waiting.err()).isZero();
    assertThat(waiting.out()).contains("job quickstart has finished already");
  }

  @Test
  void prunesUnlessTheJobRuns() throws IOException {
    save(50);
    save(100);
    JobLease.Held driver = driver();
    assertThat(checkpoint("prune", "--keep", "1")).isEqualTo(3);
    assertThat(err()).contains("the job is held by process 77 on host elsewhere until ");
    driver.release();
    assertThat(checkpoint("prune", "--keep", "1")).as(err()).isZero();
    assertThat(out()).startsWith("deleted 1 valid steps [50], ").endsWith("; kept 1\n");
    assertThat(checkpoint("prune", "--keep", "0")).isEqualTo(2);
    assertThat(checkpoint("prune")).isEqualTo(2);
  }

  @Test
  void tellsWhatChanged() throws IOException {
    save(50);
    assertThat(checkpoint("diff")).as(err()).isZero();
    assertThat(out())
        .isEqualTo("step 50 and the job file\nno difference in the job's configuration\n");
    assertThat(
            checkpoint(
                "diff", "--set", "epochs=9", "--set", "workers.max=1", "--set", "workers.min=1"))
        .as(err())
        .isZero();
    assertThat(out()).contains("epochs: 2 became 9: safe, ");
    assertThat(checkpoint("diff", "--set", "batch.size=64")).isEqualTo(3);
    assertThat(out()).contains("batch.size: 128 became 64: unsafe, it changes what is computed");
    save(100);
    assertThat(
            run("checkpoint", "diff", folder().path().toString(), "--step", "50", "--with", "100"))
        .isZero();
    assertThat(out()).contains("sections: ", " equal, ", " 0 only in the first");
  }

  @Test
  void exportsWhatDl4jLoads() throws IOException {
    save(50);
    save(100);
    Path zip = dir.resolve("m.zip");
    assertThat(checkpoint("export", "--output", zip.toString())).as(err()).isZero();
    assertThat(out()).isEqualTo("exported step 100 to " + zip + "\n");
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(zip.toFile(), true);
    assertThat(network.params().getFloat(0)).isEqualTo(100f);
    assertThat(network.getIterationCount()).isEqualTo(100);
    assertThat(network.getUpdater().getStateViewArray().length())
        .isEqualTo(2 * network.numParams());
    assertThat(checkpoint("export", "--output", zip.toString())).isEqualTo(3);
    assertThat(err()).contains("exists");
    assertThat(checkpoint("export", "--output", zip.toString(), "--overwrite", "--step", "50"))
        .isZero();
    flip(shard(100));
    assertThat(checkpoint("export", "--output", dir.resolve("n.zip").toString())).isEqualTo(3);
    assertThat(err()).startsWith("trireme: file:" + shard(100)).doesNotContain("\tat ");
    assertThat(dir.resolve("n.zip")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ls", "verify", "diff"})
  void saysThatThereIsNothing(String command) {
    assertThat(checkpoint(command)).isEqualTo(3);
    assertThat(err())
        .isEqualTo(
            "trireme: checkpoints in file:"
                + dir
                + "/quickstart/checkpoints: there is no valid one; train with checkpoints, or name"
                + " another place\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkpoint",
        "checkpoint ls",
        "checkpoint list x",
        "checkpoint ls a b",
        "checkpoint ls none.yaml",
        "checkpoint export x",
        "checkpoint diff .",
        "checkpoint diff . --with x",
      })
  void returns2ForABadCommandLine(String words) {
    assertThat(run(words.split(" "))).isEqualTo(2);
    assertThat(err()).startsWith("trireme: ").doesNotContain("\tat ");
    assertThat(out()).isEmpty();
  }

  @Test
  void returns3ForAPlaceThatIsNone() {
    assertThat(run("checkpoint", "ls", dir.resolve("none").toString())).isEqualTo(3);
    assertThat(err()).contains("none: no such file or folder; name a job file");
    assertThat(run("checkpoint", "ls", "nofs://host/x")).isEqualTo(3);
    assertThat(err()).contains("nofs://host/x: cannot be used: ");
  }
}
