package io.trireme.driver.run;

import io.trireme.driver.api.result.TrainingFailedException;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.CompressionEvent;
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

/** Jobs with lossy codecs on {@code local[4]}: real Spark, real Aeron, real DL4J. */
@Timeout(300)
class CompressedTrainingTest {

  @TempDir static Path folder;
  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    spark =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[4]")
                .setAppName("compressed-training")
                .set("spark.ui.enabled", "false")
                .set("spark.plugins", "io.trireme.driver.spark.TriremePlugin"));
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  private record Run(RunResult result, List<Progress> progress, List<CompressionEvent> decisions) {
    double accuracy() {
      return requireNonNull(result.evaluation()).accuracy();
    }

    double meanRatio() {
      return progress.stream().mapToDouble(Progress::compressionRatio).average().orElseThrow();
    }
  }

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
          train: { examples: 2000 }
          test: { examples: 500 }
        batch: { size: 100, slots: 4 }
        epochs: 4
        optimizer: { adam: { learningRate: 0.001 } }
        workers: { min: 2, max: 2, threads: 1 }
        servers: 2
        output: { dir: %s }
        """
            .formatted(folder));
    List<String> all = new ArrayList<>(Arrays.asList(sets));
    all.add("job=" + job);
    JobConfig config = JobFile.load(file, all, Map.of());
    List<Progress> progress = new ArrayList<>();
    List<CompressionEvent> decisions = new ArrayList<>();
    TrainingListener observer =
        new TrainingListener() {
          @Override
          public void progress(Progress made) {
            progress.add(made);
          }

          @Override
          public void compression(CompressionEvent decision) {
            decisions.add(decision);
          }

        };
    RunFolder runFolder = RunFolder.of(config, new Configuration());
    RunResult result = new TrainingRun(spark, config, runFolder, observer).run();
    return new Run(result, progress, decisions);
  }

  /** What is lost in accuracy at the most is far above what is measured, to hold on any machine. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bf16      | bf16                                        | 1.9 | 0.05
          fp16      | fp16                                        | 1.9 | 0.05
          int8      | int8                                        | 3.5 | 0.05
          onebit    | onebit                                      | 15  | 0.15
          threshold | {codec: threshold, maxDensity: 0.05}        | 5   | 0.25
          topk      | {codec: topk, density: 0.05, warmupSteps: 20} | 2 | 0.25
          thc       | {codec: thc, bits: 8}                       | 3   | 0.15
          powersgd  | {codec: powersgd, rank: 4, warmupSteps: 8}  | 2   | 0.25
          back      | {codec: int8, back: bf16}                   | 3.5 | 0.05
          mixed     | {codec: int8, overrides: {'0_W': onebit, '.*_b': none}} | 4 | 0.15
          """)
  void everyCodecLearnsAndRepeats(String job, String compression, double ratio, double loss)
      throws Exception {
    double plain = train("plain-" + job).accuracy();
    Run run = train(job, "compression=" + compression);
    assertThat(run.accuracy()).isGreaterThan(plain - loss);
    assertThat(run.meanRatio()).isGreaterThan(ratio);
    Progress last = run.progress().get(run.progress().size() - 1);
    assertThat(last.residualNorm()).isPositive().isFinite();
    assertThat(last.density()).isPositive().isLessThanOrEqualTo(1);
    Run again = train(job + "-again", "compression=" + compression);
    assertThat(again.result().paramsSha256()).isEqualTo(run.result().paramsSha256());
  }

  @Test
  void codecsAreChosenWhileTheJobRunsAndItLearnsAsWell() throws Exception {
    double plain = train("plain-auto", "epochs=20").accuracy();
    Run run = train("auto", "epochs=20", "compression=auto");
    assertThat(run.accuracy()).isGreaterThan(plain - 0.05);
    assertThat(run.decisions()).isNotEmpty();
    CompressionEvent last = run.decisions().get(run.decisions().size() - 1);
    assertThat(last.why()).contains("measured");
    assertThat(last.measuredStepSeconds()).containsKey("none/none");
    assertThat(last.predictedStepSeconds()).hasSize(16);
  }

  @Test
  void localRoundsTravelCompressed() throws Exception {
    Run run =
        train(
            "local",
            "compression={codec: int8, back: bf16}",
            "sync={mode: local, localSteps: 4}",
            "batch.slots=2");
    assertThat(run.meanRatio()).isGreaterThan(3.5);
    assertThat(run.accuracy()).isGreaterThan(0.5);
  }

  @Test
  void aGradientThatIsNoNumberEndsTheRunAndIsNamed() {
    assertThatThrownBy(() -> train("bad", "optimizer={sgd: {learningRate: 1e30}}"))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("diverged")
        .hasMessageContaining("learning rate");
  }

  @Test
  void stepsThatAreSkippedAreCountedAndBounded() {
    assertThatThrownBy(
            () ->
                train(
                    "skip",
                    "optimizer={sgd: {learningRate: 1e30}}",
                    "onNonFinite=skip",
                    "maxSkippedSteps=2",
                    "compression=int8"))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("gradient of worker")
        .hasMessageContaining("segment 0_W")
        .hasMessageContaining("in the 2 steps before");
  }
}
