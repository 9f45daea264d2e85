package io.trireme.driver.run;

import static io.trireme.driver.fixture.LocalJobs.checkpoints;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.StepInspection;
import io.trireme.common.checkpoint.StepState;
import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.StoppedException;
import io.trireme.driver.fixture.LocalJobs;
import io.trireme.driver.fixture.LocalSpark;
import io.trireme.driver.fixture.RunWatcher;
import io.trireme.driver.spark.PluginRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Runs that are ended in the middle and go on from their checkpoints, bit for bit. */
@Timeout(1800)
@ExtendWith(LocalSpark.class)
class ResumeTest {
  private static final String EVERY_4 = "checkpoint={everySteps: 4, keep: 3}";

  @TempDir static Path folder;
  private static JavaSparkContext spark;
  private static LocalJobs jobs;

  @BeforeAll
  static void onSpark(JavaSparkContext context) {
    spark = context;
    jobs =
        new LocalJobs(
            context,
            folder,
            "model={zoo: lenet}",
            "data={format: digits, train: {examples: 500}, test: {examples: 100}}",
            "batch={size: 24, slots: 4}");
  }

  /** Loses all servers, as where all executors go at once. */
  private static void loseAllServers() {
    PluginRegistry.endpoint(spark.sc())
        .onExecutorRemoved(new SparkListenerExecutorRemoved(0, "driver", "test"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer={adam: {learningRate: 0.001}}",
        "optimizer={nesterovs: {learningRate: 0.01}, clipGlobalNorm: 0.5}",
        "sync={mode: local, localSteps: 2}"
      })
  void goesOnBitForBitWithOtherNumbersOfWorkersAndServers(String what) throws Exception {
    String quiet = jobs.quiet(what).parameters();
    String id = "sizes" + what.hashCode();
    JobConfig first = jobs.job(id, what, EVERY_4);
    long at = jobs.killAfter(4, first);
    JobConfig second =
        jobs.job(id, what, EVERY_4, "workers.min=1", "workers.max=1", "servers={count: 3}");
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(second, watcher);
    assertThat(watcher.resumed()).containsExactly(at);
    assertThat(watcher.progress()).allMatch(progress -> progress.step() > at);
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
    String quiet = jobs.quiet(net).parameters();
    JobConfig job = jobs.job("net", net[0], net[1], EVERY_4);
    long at = jobs.killAfter(8, job);
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(jobs.job("net", net[0], net[1], EVERY_4, "servers=1"), watcher);
    assertThat(watcher.resumed()).containsExactly(at);
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
    JobConfig job = jobs.job("changing", "model={dl4j: " + model + "}", "optimizer=", EVERY_4);
    long at = jobs.killAfter(4, job);
    assertThat(json).contains("ActivationTanH");
    Files.writeString(model, json.replace("ActivationTanH", "ActivationSigmoid"));
    assertThatThrownBy(() -> jobs.run(job, new RunWatcher()))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("checkpoint of step " + at)
        .hasMessageContaining("model");
    Files.writeString(model, json);
    assertThat(jobs.run(job, new RunWatcher()).steps()).isEqualTo(42);
  }

  @Test
  void moreEpochsGoOnFromTheFinalState() throws Exception {
    String quiet = jobs.quiet("epochs=3").parameters();
    jobs.run(jobs.job("more", EVERY_4), new RunWatcher());
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(jobs.job("more", EVERY_4, "epochs=3"), watcher);
    assertThat(watcher.resumed()).containsExactly(42L);
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    RunResult again = jobs.run(jobs.job("more", EVERY_4, "epochs=3"), new RunWatcher());
    assertThat(again.paramsSha256()).as("nothing left but the result").isEqualTo(quiet);
  }

  @Test
  void aDamagedCheckpointIsPassedOverWithItsReason() throws Exception {
    String quiet = jobs.quiet().parameters();
    JobConfig job = jobs.job("damaged", EVERY_4);
    long at = jobs.killAfter(8, job);
    CheckpointFolder folder = checkpoints(job);
    Path step = Path.of(folder.stepFolder(at).toUri());
    Path shard;
    try (var files = Files.list(step)) {
      shard = files.filter(file -> file.toString().endsWith(".shard")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);
    RunWatcher watcher = new RunWatcher();
    RunResult result = jobs.run(job, watcher);
    assertThat(watcher.resumed()).hasSize(1).allMatch(from -> from < at);
    assertThat(watcher.warnings())
        .anyMatch(line -> line.contains("step " + at) && line.contains(shard.getFileName() + ""));
    assertThat(result.paramsSha256()).isEqualTo(quiet);
    assertThat(folder.list(Check.EVERY_BYTE)).noneMatch(s -> s.state() == StepState.DAMAGED);
  }

  @Test
  void aJobThatComputesSomethingElseIsRefusedWithAllDifferences() throws Exception {
    jobs.killAfter(4, jobs.job("changed", EVERY_4));
    JobConfig other =
        jobs.job("changed", EVERY_4, "seed=8", "batch.slots=3", "workers.max=3", "epochs=5");
    assertThatThrownBy(() -> jobs.run(other, new RunWatcher()))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("seed: 7 became 8")
        .hasMessageContaining("batch.slots: 4 became 3")
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("workers.max").doesNotContain("epochs"));
  }

  @Test
  void aStopWritesACheckpointFirst() throws Exception {
    String quiet = jobs.quiet("epochs=4").parameters();
    JobConfig job = jobs.job("stop", "checkpoint={everySeconds: 3600}", "epochs=4");
    StopSwitch stop = new StopSwitch();
    RunWatcher watcher =
        new RunWatcher()
            .onProgress(
                made -> {
                  boolean unused = stop.request();
                });
    assertThatThrownBy(() -> jobs.run(job, watcher, stop))
        .isInstanceOf(StoppedException.class)
        .hasMessageContaining("checkpoint of step");
    StepInspection newest = requireNonNull(checkpoints(job).newestValid(Check.EVERY_BYTE).newest());
    RunWatcher second = new RunWatcher();
    RunResult result = jobs.run(job, second);
    assertThat(second.resumed()).containsExactly(newest.step());
    assertThat(result.paramsSha256()).isEqualTo(quiet);
  }

  @Test
  void aTrainedRunTakesNoMoreStops() throws Exception {
    JobConfig job = jobs.job("late", "checkpoint={everySeconds: 3600}", "epochs=1");
    StopSwitch stop = new StopSwitch();
    List<Boolean> taken = new ArrayList<>();
    RunWatcher watcher =
        new RunWatcher()
            .onPhase(
                phase -> {
                  if (phase == TrainingPhase.EVALUATING) {
                    taken.add(stop.request());
                  }
                });
    assertThat(jobs.run(job, watcher, stop).steps()).isEqualTo(21);
    // What the run does not take ends the process at once.
    assertThat(taken).containsExactly(false);
  }

  @Test
  void aRunThatIsLostWhileItStopsDoesNotBeginAgain() throws Exception {
    JobConfig job = jobs.job("lost-stop", EVERY_4, "epochs=4");
    StopSwitch stop = new StopSwitch();
    RunWatcher watcher =
        new RunWatcher()
            .onCheckpoint(
                step -> {
                  boolean unused = stop.request();
                  loseAllServers();
                });
    assertThatThrownBy(() -> jobs.run(job, watcher, stop))
        .isInstanceOf(StoppedException.class)
        .hasMessageContaining("checkpoint of step");
    assertThat(watcher.phases()).filteredOn(TrainingPhase.STARTING::equals).hasSize(1);
  }

  @Test
  void aRunThatBeginsAgainTakesNoStopsBeforeItTrains() throws Exception {
    JobConfig job = jobs.job("lost-again", EVERY_4, "epochs=4");
    StopSwitch stop = new StopSwitch();
    List<Boolean> taken = new ArrayList<>();
    List<Long> lost = new ArrayList<>();
    RunWatcher watcher =
        new RunWatcher()
            .onCheckpoint(
                step -> {
                  if (lost.isEmpty()) {
                    lost.add(step);
                    loseAllServers();
                  }
                })
            .onResumed(step -> taken.add(stop.request()));
    RunResult result = jobs.run(job, watcher, stop);
    assertThat(result.steps()).isEqualTo(84);
    assertThat(taken).containsExactly(false);
  }

  @Test
  void theManifestSaysWhereTheJobStands() throws Exception {
    JobConfig job = jobs.job("manifest", EVERY_4, "epochs=1");
    jobs.run(job, new RunWatcher());
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
