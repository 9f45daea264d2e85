package io.trireme.driver.run;

import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.StoppedException;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.StepInspection;
import io.trireme.common.checkpoint.StepState;
import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.spark.PluginRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Runs that are ended in the middle and go on from their checkpoints, bit for bit. */
@Timeout(300)
class ResumeTest {

  private static final String EVERY_4 = "checkpoint={everySteps: 4, keep: 3}";

  @TempDir static Path folder;
  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[4]")
            .setAppName("resume")
            .set("spark.ui.enabled", "false")
            .set("spark.plugins", "io.trireme.driver.spark.TriremePlugin");
    spark = new JavaSparkContext(conf);
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  /** What ends a run in the middle of this test. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Calls back with the step of each checkpoint, and keeps the warnings. */
  private static class Watcher implements TrainingListener {
    private final LongConsumer onCheckpoint;
    private final List<Long> checkpoints = new ArrayList<>();
    private final List<Long> resumed = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<Progress> progress = new ArrayList<>();

    Watcher(LongConsumer onCheckpoint) {
      this.onCheckpoint = onCheckpoint;
    }


    @Override
    public void progress(Progress made) {
      progress.add(made);
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
        model: { zoo: lenet }
        data:
          format: digits
          train: { examples: 1000 }
          test: { examples: 100 }
        batch: { size: 48, slots: 4 }
        epochs: 2
        optimizer:
          adam: { learningRate: 0.001 }
        workers: { min: 2, max: 2, threads: 1 }
        servers: 2
        output: { dir: %s }
        """
            .formatted(folder));
    List<String> all = new ArrayList<>(Arrays.asList(sets));
    all.add("job=" + job);
    return JobFile.load(file, all, Map.of());
  }

  private static RunResult run(JobConfig job, Watcher watcher, StopSwitch stop) throws Exception {
    RunFolder run = RunFolder.of(job, new Configuration());
    StartPoint start = Resumption.own(job, run, watcher.warnings::add);
    return new TrainingRun(spark, job, run, new RunContext(start, Lease.NONE, stop), watcher).run();
  }

  private static RunResult run(JobConfig job, Watcher watcher) throws Exception {
    return run(job, watcher, new StopSwitch());
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

  private static String quiet(String... sets) throws Exception {
    Watcher watcher = new Watcher(step -> {});
    List<String> all = new ArrayList<>(Arrays.asList(sets));
    return requireNonNull(
        run(config("quiet" + Arrays.hashCode(sets), all.toArray(String[]::new)), watcher)
            .paramsSha256());
  }

  private static CheckpointFolder checkpoints(JobConfig job) {
    return RunFolder.of(job, new Configuration()).checkpointFolder();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer={adam: {learningRate: 0.001}}",
        "optimizer={nesterovs: {learningRate: 0.01}, clipGlobalNorm: 0.5}",
        "sync={mode: local, localSteps: 2}"
      })
  void goesOnBitForBitWithOtherNumbersOfWorkersAndServers(String what) throws Exception {
    String quiet = quiet(what);
    String id = "sizes" + what.hashCode();
    JobConfig first = config(id, what, EVERY_4);
    long at = killAfter(4, first);
    JobConfig second =
        config(id, what, EVERY_4, "workers.min=1", "workers.max=1", "servers={count: 3}");
    Watcher watcher = new Watcher(step -> {});
    RunResult result = run(second, watcher);
    assertThat(watcher.resumed).containsExactly(at);
    assertThat(watcher.progress).allMatch(progress -> progress.step() > at);
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    assertThat(result.restarts()).isZero();
    List<StepInspection> left = checkpoints(second).list(Check.EVERY_BYTE);
    assertThat(left).hasSizeLessThanOrEqualTo(3).allMatch(StepInspection::valid);
    assertThat(left.get(left.size() - 1).step()).as("the final state").isEqualTo(result.steps());
  }

  @Test
  void dropoutStatisticsAndSchedulesGoOnBitForBit() throws Exception {
    Path model = folder.resolve("model.json");
    Files.writeString(
        model,
        new NeuralNetConfiguration.Builder()
            .seed(11)
            .updater(new Adam(new StepSchedule(ScheduleType.ITERATION, 0.002, 0.7, 5)))
            .activation(Activation.TANH)
            .list()
            .layer(new ConvolutionLayer.Builder(5, 5).stride(3, 3).nOut(6).build())
            .layer(new BatchNormalization.Builder().build())
            .layer(new DenseLayer.Builder().nOut(30).dropOut(0.8).build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.NEGATIVELOGLIKELIHOOD)
                    .nOut(10)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutional(28, 28, 1))
            .build()
            .toJson());
    String[] net = {"model={dl4j: " + model + "}", "optimizer="};
    String quiet = quiet(net);
    JobConfig job = config("net", net[0], net[1], EVERY_4);
    long at = killAfter(8, job);
    Watcher watcher = new Watcher(step -> {});
    RunResult result = run(config("net", net[0], net[1], EVERY_4, "servers=1"), watcher);
    assertThat(watcher.resumed).containsExactly(at);
    assertThat(result.paramsSha256()).isEqualTo(quiet);
  }

  @Test
  void aRunThatHasAnotherModelOfTheSameLayoutIsRefused() throws Exception {
    Path model = folder.resolve("changing.json");
    String json =
        new NeuralNetConfiguration.Builder()
            .seed(11)
            .updater(new Adam(0.002))
            .activation(Activation.TANH)
            .list()
            .layer(new DenseLayer.Builder().nOut(30).build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.NEGATIVELOGLIKELIHOOD)
                    .nOut(10)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(28, 28, 1))
            .build()
            .toJson();
    Files.writeString(model, json);
    JobConfig job = config("changing", "model={dl4j: " + model + "}", "optimizer=", EVERY_4);
    long at = killAfter(4, job);
    assertThat(json).contains("ActivationTanH");
    Files.writeString(model, json.replace("ActivationTanH", "ActivationSigmoid"));
    assertThatThrownBy(() -> run(job, new Watcher(step -> {})))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("checkpoint of step " + at)
        .hasMessageContaining("model");
    Files.writeString(model, json);
    assertThat(run(job, new Watcher(step -> {})).steps()).isEqualTo(42);
  }

  @Test
  void moreEpochsGoOnFromTheFinalState() throws Exception {
    String quiet = quiet("epochs=3");
    run(config("more", EVERY_4), new Watcher(step -> {}));
    Watcher watcher = new Watcher(step -> {});
    RunResult result = run(config("more", EVERY_4, "epochs=3"), watcher);
    assertThat(watcher.resumed).containsExactly(42L);
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    RunResult again = run(config("more", EVERY_4, "epochs=3"), new Watcher(step -> {}));
    assertThat(again.paramsSha256()).as("nothing left but the result").isEqualTo(quiet);
  }

  @Test
  void aDamagedCheckpointIsPassedOverWithItsReason() throws Exception {
    String quiet = quiet();
    JobConfig job = config("damaged", EVERY_4);
    long at = killAfter(8, job);
    CheckpointFolder folder = checkpoints(job);
    Path step = Path.of(folder.stepFolder(at).toUri());
    Path shard;
    try (var files = Files.list(step)) {
      shard = files.filter(file -> file.toString().endsWith(".shard")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);
    Watcher watcher = new Watcher(ignored -> {});
    RunResult result = run(job, watcher);
    assertThat(watcher.resumed).hasSize(1).allMatch(from -> from < at);
    assertThat(watcher.warnings)
        .anyMatch(line -> line.contains("step " + at) && line.contains(shard.getFileName() + ""));
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    assertThat(folder.list(Check.EVERY_BYTE)).noneMatch(s -> s.state() == StepState.DAMAGED);
  }

  @Test
  void aJobThatComputesSomethingElseIsRefusedWithAllDifferences() throws Exception {
    killAfter(4, config("changed", EVERY_4));
    JobConfig other =
        config("changed", EVERY_4, "seed=8", "batch.slots=3", "workers.max=3", "epochs=5");
    assertThatThrownBy(() -> run(other, new Watcher(step -> {})))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("seed: 7 became 8")
        .hasMessageContaining("batch.slots: 4 became 3")
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("workers.max").doesNotContain("epochs"));
  }

  @Test
  void aStopWritesACheckpointFirst() throws Exception {
    String quiet = quiet("epochs=4");
    JobConfig job = config("stop", "checkpoint={everySeconds: 3600}", "epochs=4");
    StopSwitch stop = new StopSwitch();
    Watcher watcher =
        new Watcher(step -> {}) {
          @Override
          public void progress(Progress made) {
            boolean unused = stop.request();
          }
        };
    assertThatThrownBy(() -> run(job, watcher, stop))
        .isInstanceOf(StoppedException.class)
        .hasMessageContaining("checkpoint of step");
    StepInspection newest = requireNonNull(checkpoints(job).newestValid(Check.EVERY_BYTE).newest());
    Watcher second = new Watcher(step -> {});
    RunResult result = run(job, second);
    assertThat(second.resumed).containsExactly(newest.step());
    assertThat(result.paramsSha256()).isEqualTo(quiet);
  }

  @Test
  void aTrainedRunTakesNoMoreStops() throws Exception {
    JobConfig job = config("late", "checkpoint={everySeconds: 3600}", "epochs=1");
    StopSwitch stop = new StopSwitch();
    List<Boolean> taken = new ArrayList<>();
    Watcher watcher =
        new Watcher(step -> {}) {
          @Override
          public void phase(TrainingPhase phase) {
            if (phase == TrainingPhase.EVALUATING) {
              taken.add(stop.request());
            }
          }
        };
    assertThat(run(job, watcher, stop).steps()).isEqualTo(21);
    // What the run does not take ends the process at once.
    assertThat(taken).containsExactly(false);
  }

  /** Loses all servers with the first checkpoint, as where all executors go at once. */
  private static class Losing extends Watcher {
    private int starts;

    Losing(Runnable alongside) {
      super(
          step -> {
            alongside.run();
            PluginRegistry.endpoint(spark.sc())
                .onExecutorRemoved(new SparkListenerExecutorRemoved(0, "driver", "test"));
          });
    }

    @Override
    public void phase(TrainingPhase phase) {
      starts += phase == TrainingPhase.STARTING ? 1 : 0;
    }
  }

  @Test
  void aRunThatIsLostWhileItStopsDoesNotBeginAgain() throws Exception {
    JobConfig job = config("lost-stop", EVERY_4, "epochs=4");
    StopSwitch stop = new StopSwitch();
    Losing watcher =
        new Losing(
            () -> {
              boolean unused = stop.request();
            });
    assertThatThrownBy(() -> run(job, watcher, stop))
        .isInstanceOf(StoppedException.class)
        .hasMessageContaining("checkpoint of step");
    assertThat(watcher.starts).isEqualTo(1);
  }

  @Test
  void aRunThatBeginsAgainTakesNoStopsBeforeItTrains() throws Exception {
    JobConfig job = config("lost-again", EVERY_4, "epochs=4");
    StopSwitch stop = new StopSwitch();
    List<Boolean> taken = new ArrayList<>();
    List<Long> lost = new ArrayList<>();
    Watcher watcher =
        new Watcher(step -> {}) {
          @Override
          public void checkpoint(long step, long lengthBytes, double seconds) {
            if (lost.isEmpty()) {
              lost.add(step);
              PluginRegistry.endpoint(spark.sc())
                  .onExecutorRemoved(new SparkListenerExecutorRemoved(0, "driver", "test"));
            }
          }

          @Override
          public void resumed(long step) {
            taken.add(stop.request());
          }
        };
    RunResult result = run(job, watcher, stop);
    assertThat(result.steps()).isEqualTo(84);
    assertThat(taken).containsExactly(false);
  }

  @Test
  void theManifestSaysWhereTheJobStands() throws Exception {
    JobConfig job = config("manifest", EVERY_4, "epochs=1");
    run(job, new Watcher(step -> {}));
    StepInspection last = requireNonNull(checkpoints(job).newestValid(Check.EVERY_BYTE).newest());
    Manifest manifest = requireNonNull(last.manifest());
    assertThat(manifest.job()).isEqualTo("manifest");
    assertThat(manifest.step()).isEqualTo(21);
    assertThat(manifest.cursor().epoch()).isEqualTo(1);
    assertThat(manifest.cursor().nextExample()).isZero();
    assertThat(manifest.cursor().dataset()).isNotEmpty();
    assertThat(manifest.files()).hasSizeGreaterThanOrEqualTo(2);
  }
}
