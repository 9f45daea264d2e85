package io.trireme.driver.run;

import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.TrainingFailedException;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on {@code local[4]}: real Spark, real Aeron, real DL4J; servers and workers in one JVM. */
@Timeout(300)
class LocalTrainingTest {

  @TempDir static Path folder;
  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[4]")
            .setAppName("local-training")
            .set("spark.ui.enabled", "false")
            .set("spark.plugins", "io.trireme.driver.spark.TriremePlugin");
    spark = new JavaSparkContext(conf);
  }

  @AfterAll
  static void stopSpark() throws IOException {
    spark.close();
    String pid = "-" + ProcessHandle.current().pid() + "-";
    try (var left = Files.list(Path.of("/dev/shm"))) {
      assertThat(left.filter(file -> file.getFileName().toString().contains(pid))).isEmpty();
    }
  }

  private record Run(RunResult result, List<Progress> progress, Path folder) {}

  private static Run train(String job, String... sets) throws Exception {
    Path file = folder.resolve("job.yaml");
    Files.writeString(
        file,
        """
        job: base
        seed: 7
        model: { zoo: mlp }
        data:
          format: digits
          train: { examples: 1000 }
          test: { examples: 200 }
        batch: { size: 96, slots: 4 }
        epochs: 2
        optimizer: { adam: { learningRate: 0.001 } }
        sync: { mode: bsp }
        workers: { min: 1, max: 1, threads: 1 }
        servers: 1
        output: { dir: %s }
        """
            .formatted(folder));
    List<String> all = new ArrayList<>(Arrays.asList(sets));
    all.add("job=" + job);
    JobConfig config = JobFile.load(file, all, Map.of());
    List<Progress> progress = new ArrayList<>();
    TrainingListener observer =
        new TrainingListener() {
          @Override
          public void progress(Progress made) {
            progress.add(made);
          }

        };
    RunFolder runFolder = RunFolder.of(config, new Configuration());
    RunResult result = new TrainingRun(spark, config, runFolder, observer).run();
    return new Run(result, progress, folder.resolve(job));
  }

  private static double accuracy(Run run) {
    RunResult.Evaluation evaluation = run.result().evaluation();
    return evaluation == null ? Double.NaN : evaluation.accuracy();
  }

  private static String[] size(int workers, int servers, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of("workers.min=" + workers, "workers.max=" + workers, "servers=" + servers));
    sets.addAll(Arrays.asList(more));
    return sets.toArray(String[]::new);
  }

  @Test
  void workersThatDoNotWaitForEachOtherTrainToo() throws Exception {
    Run bounded = train("ssp", size(4, 2, "sync.mode=ssp", "sync.staleness=2", "epochs=6"));
    assertThat(bounded.result().steps()).isEqualTo(66);
    assertThat(bounded.progress()).allSatisfy(at -> assertThat(at.stalenessMax()).isBetween(0, 2));
    assertThat(accuracy(bounded)).isGreaterThan(0.6);
    Run free = train("async", size(2, 1, "sync.mode=async", "epochs=6"));
    assertThat(accuracy(free)).isGreaterThan(0.6);
  }

  @Test
  void roundsOfLocalStepsHaveTheSameBitsForAnyNumberOfWorkers() throws Exception {
    String[] local = {"sync.mode=local", "sync.localSteps=3", "epochs=3"};
    Run alone = train("local1", size(1, 1, local));
    Run spread = train("local4", size(4, 2, local));
    assertThat(spread.result().paramsSha256()).isEqualTo(alone.result().paramsSha256());
    assertThat(accuracy(alone)).isGreaterThan(0.5);
    Run outer =
        train("diloco", size(2, 1, "sync={mode: local, localSteps: 3, outer: {nesterovs: {}}}"));
    assertThat(outer.result().paramsSha256()).isNotEqualTo(alone.result().paramsSha256());
  }

  @Test
  void backupsChangeNoBit() throws Exception {
    Run plain = train("plain", size(2, 2));
    Run backed = train("backed", size(2, 1, "servers={count: 2, replicas: 1}"));
    assertThat(backed.result().paramsSha256()).isEqualTo(plain.result().paramsSha256());
    Run clipped = train("clipped", size(2, 2, "optimizer.clipGlobalNorm=0.5"));
    Run both =
        train(
            "both", size(2, 1, "servers={count: 3, replicas: 1}", "optimizer.clipGlobalNorm=0.5"));
    assertThat(both.result().paramsSha256()).isEqualTo(clipped.result().paramsSha256());
  }

  @Test
  void parametersAreBitwiseTheSameForAnyNumberOfWorkersAndServers() throws Exception {
    Run alone = train("w1s1", size(1, 1));
    assertThat(alone.result().steps()).isEqualTo(22);
    for (int[] size : new int[][] {{2, 1}, {4, 1}, {1, 2}, {1, 3}, {2, 2}, {4, 3}}) {
      Run other = train("w" + size[0] + "s" + size[1], size(size[0], size[1]));
      assertThat(other.result().paramsSha256())
          .as("%d workers, %d servers", size[0], size[1])
          .isEqualTo(alone.result().paramsSha256());
      assertThat(other.result().workers()).isEqualTo(size[0]);
      assertThat(other.result().servers()).isEqualTo(size[1]);
    }
  }

  @Test
  void theSeedAndTheSlotsAreParts() throws Exception {
    String base = train("base", size(2, 1)).result().paramsSha256();
    assertThat(train("seed", size(2, 1, "seed=8")).result().paramsSha256()).isNotEqualTo(base);
    assertThat(train("slots", size(2, 1, "batch.slots=2")).result().paramsSha256())
        .isNotEqualTo(base);
  }

  @Test
  void clippingByGlobalNormIsTheSameForAnyNumberOfServers() throws Exception {
    String clip = "optimizer.clipGlobalNorm=0.5";
    String one = train("clip1", size(1, 1, clip)).result().paramsSha256();
    assertThat(train("clip3", size(2, 3, clip)).result().paramsSha256()).isEqualTo(one);
    assertThat(train("free", size(1, 1)).result().paramsSha256()).isNotEqualTo(one);
  }

  @Test
  void lossFallsAndTheModelIsDl4jsOwn() throws Exception {
    Run run = train("learn", size(2, 2, "epochs=6", "data.train.examples=2000"));
    List<Progress> progress = run.progress();
    Progress last = progress.get(progress.size() - 1);
    assertThat(last.step()).isEqualTo(run.result().steps()).isEqualTo(last.steps());
    assertThat(last.loss()).isLessThan(1.0);
    assertThat(last.learningRate()).isEqualTo(0.001);
    assertThat(progress.stream().mapToLong(Progress::bytesSent).sum())
        .as("every worker sends every parameter in every step")
        .isGreaterThan(run.result().steps() * run.result().parameters() * Float.BYTES);
    assertThat(requireNonNull(run.result().evaluation()).accuracy()).isGreaterThan(0.6);
    MultiLayerNetwork model =
        ModelSerializer.restoreMultiLayerNetwork(run.folder().resolve("model.zip").toFile());
    assertThat(model.numParams()).isEqualTo(run.result().parameters());
  }

  @Test
  void divergenceEndsTheRunWithItsCause() {
    assertThatThrownBy(() -> train("diverge", size(2, 1, "optimizer={sgd: {learningRate: 1e30}}")))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("diverged")
        .hasMessageContaining("learning rate");
  }

  @Test
  void tooFewTaskSlotsAreFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> train("slots5", size(5, 1, "batch.slots=5")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("task slots")
        .hasMessageContaining("workers: 5")
        .hasMessageContaining("runs only 4 tasks at a time")
        .hasMessageContaining("local[5]");
  }

  @Test
  void tooLittleSharedMemoryIsFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> train("memory", size(4, 8, "transport.termLength=1024MiB")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("MiB free")
        .hasMessageContaining("8 servers with terms of 1024 MiB")
        .hasMessageContaining("transport.termLength");
  }

  @Test
  void aNumberOfNativeThreadsThatTheProcessDoesNotHaveIsFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> train("threads", size(1, 1, "workers.threads=3")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("OMP_NUM_THREADS=3");
  }

  @Test
  void moreServersThanTheModelHasBlocksAreFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> train("servers12", size(1, 12)))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("servers: 12");
  }
}
