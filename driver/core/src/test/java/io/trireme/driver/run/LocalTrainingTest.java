package io.trireme.driver.run;

import static io.trireme.driver.fixture.LocalJobs.size;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.fixture.LocalJobs;
import io.trireme.driver.fixture.LocalJobs.Run;
import io.trireme.driver.fixture.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on {@code local[4]}: real Spark, real Aeron, real DL4J; servers and workers in one JVM. */
@Timeout(1800)
@ExtendWith(LocalSpark.class)
class LocalTrainingTest {
  private static LocalJobs jobs;

  @BeforeAll
  static void onSpark(JavaSparkContext spark, @TempDir Path folder) {
    jobs = new LocalJobs(spark, folder, "batch={size: 96, slots: 4}");
  }

  @Test
  void workersThatDoNotWaitForEachOtherTrainToo() throws Exception {
    Run bounded = jobs.train("ssp", size(4, 2, "sync.mode=ssp", "sync.staleness=2", "epochs=6"));
    assertThat(bounded.result().steps()).isEqualTo(66);
    assertThat(bounded.told().progress())
        .allSatisfy(at -> assertThat(at.stalenessMax()).isBetween(0, 2));
    assertThat(bounded.accuracy()).isGreaterThan(0.6);
    Run free = jobs.train("async", size(2, 1, "sync.mode=async", "epochs=6"));
    assertThat(free.accuracy()).isGreaterThan(0.6);
  }

  @Test
  void roundsOfLocalStepsHaveTheSameBitsForAnyNumberOfWorkers() throws Exception {
    String[] local = {"sync.mode=local", "sync.localSteps=3", "epochs=3"};
    Run alone = jobs.train("local1", size(1, 1, local));
    Run spread = jobs.train("local4", size(4, 2, local));
    assertThat(spread.parameters()).isEqualTo(alone.parameters());
    assertThat(alone.accuracy()).isGreaterThan(0.5);
    Run outer =
        jobs.train(
            "diloco", size(2, 1, "sync={mode: local, localSteps: 3, outer: {nesterovs: {}}}"));
    assertThat(outer.parameters()).isNotEqualTo(alone.parameters());
  }

  @Test
  void backupsChangeNoBit() throws Exception {
    Run plain = jobs.quiet(size(2, 2));
    Run backed = jobs.train("backed", size(2, 1, "servers={count: 2, replicas: 1}"));
    assertThat(backed.parameters()).isEqualTo(plain.parameters());
    Run clipped = jobs.train("clipped", size(2, 2, "optimizer.clipGlobalNorm=0.5"));
    Run both =
        jobs.train(
            "both", size(2, 1, "servers={count: 3, replicas: 1}", "optimizer.clipGlobalNorm=0.5"));
    assertThat(both.parameters()).isEqualTo(clipped.parameters());
  }

  @Test
  void parametersAreBitwiseTheSameForAnyNumberOfWorkersAndServers() throws Exception {
    Run alone = jobs.quiet(size(1, 1));
    assertThat(alone.result().steps()).isEqualTo(22);
    for (int[] size : new int[][] {{2, 1}, {4, 1}, {1, 2}, {1, 3}, {2, 2}, {4, 3}}) {
      Run other = jobs.quiet(size(size[0], size[1]));
      assertThat(other.parameters())
          .as("%d workers, %d servers", size[0], size[1])
          .isEqualTo(alone.parameters());
      assertThat(other.result().workers()).isEqualTo(size[0]);
      assertThat(other.result().servers()).isEqualTo(size[1]);
    }
  }

  @Test
  void theSeedAndTheSlotsAreParts() throws Exception {
    String base = jobs.quiet(size(2, 1)).parameters();
    assertThat(jobs.train("seed", size(2, 1, "seed=8")).parameters()).isNotEqualTo(base);
    assertThat(jobs.train("slots", size(2, 1, "batch.slots=2")).parameters()).isNotEqualTo(base);
  }

  @Test
  void clippingByGlobalNormIsTheSameForAnyNumberOfServers() throws Exception {
    String clip = "optimizer.clipGlobalNorm=0.5";
    String one = jobs.train("clip1", size(1, 1, clip)).parameters();
    assertThat(jobs.train("clip3", size(2, 3, clip)).parameters()).isEqualTo(one);
    assertThat(jobs.quiet(size(1, 1)).parameters()).isNotEqualTo(one);
  }

  @Test
  void lossFallsAndTheModelIsDl4jsOwn() throws Exception {
    Run run = jobs.train("learn", size(2, 2, "epochs=6", "data.train.examples=2000"));
    List<Progress> progress = run.told().progress();
    Progress last = progress.get(progress.size() - 1);
    assertThat(last.step()).isEqualTo(run.result().steps()).isEqualTo(last.steps());
    assertThat(last.loss()).isLessThan(1.0);
    assertThat(last.learningRate()).isEqualTo(0.001);
    assertThat(progress.stream().mapToLong(Progress::bytesSent).sum())
        .as("every worker sends every parameter in every step")
        .isGreaterThan(run.result().steps() * run.result().parameters() * Float.BYTES);
    assertThat(run.accuracy()).isGreaterThan(0.6);
    MultiLayerNetwork model =
        ModelSerializer.restoreMultiLayerNetwork(run.folder().resolve("model.zip").toFile());
    assertThat(model.numParams()).isEqualTo(run.result().parameters());
    assertThat(model.getIterationCount()).isEqualTo(run.result().steps());
    assertThat(model.getEpochCount()).isEqualTo(6);
  }

  @Test
  void divergenceEndsTheRunWithItsCause() {
    assertThatThrownBy(
            () -> jobs.train("diverge", size(2, 1, "optimizer={sgd: {learningRate: 1e30}}")))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("diverged")
        .hasMessageContaining("learning rate");
  }

  @Test
  void tooFewTaskSlotsAreFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> jobs.train("slots5", size(5, 1, "batch.slots=5")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("task slots")
        .hasMessageContaining("workers: 5")
        .hasMessageContaining("runs only 4 tasks at a time")
        .hasMessageContaining("local[5]");
  }

  @Test
  void tooLittleSharedMemoryIsFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> jobs.train("memory", size(4, 8, "transport.termLength=1024MiB")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("MiB free")
        .hasMessageContaining("8 servers on 1 executor with terms of 1048576 KiB")
        .hasMessageContaining("transport.termLength");
  }

  @Test
  void aNumberOfNativeThreadsThatTheProcessDoesNotHaveIsFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> jobs.train("threads", size(1, 1, "workers.threads=3")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("OMP_NUM_THREADS=3");
  }

  @Test
  void moreServersThanTheModelHasBlocksAreFoundBeforeTheFirstStep() {
    assertThatThrownBy(() -> jobs.train("servers12", size(1, 12)))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("servers: 12");
  }
}
