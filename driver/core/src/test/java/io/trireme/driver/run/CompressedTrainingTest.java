package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.driver.api.event.CompressionEvent;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.fixture.LocalJobs;
import io.trireme.driver.fixture.LocalJobs.Run;
import io.trireme.driver.fixture.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs with lossy codecs on {@code local[4]}: real Spark, real Aeron, real DL4J. */
@Timeout(1800)
@ExtendWith(LocalSpark.class)
class CompressedTrainingTest {
  private static LocalJobs jobs;

  @BeforeAll
  static void onSpark(JavaSparkContext spark, @TempDir Path folder) {
    jobs =
        new LocalJobs(
            spark,
            folder,
            "data={format: digits, train: {examples: 2000}, test: {examples: 500}}",
            "epochs=4");
  }

  private static double meanRatio(Run run) {
    return run.told().progress().stream()
        .mapToDouble(Progress::compressionRatio)
        .average()
        .orElseThrow();
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
    double plain = jobs.quiet().accuracy();
    Run run = jobs.train(job, "compression=" + compression);
    assertThat(run.accuracy()).isGreaterThan(plain - loss);
    assertThat(meanRatio(run)).isGreaterThan(ratio);
    List<Progress> progress = run.told().progress();
    Progress last = progress.get(progress.size() - 1);
    assertThat(last.residualNorm()).isPositive().isFinite();
    assertThat(last.density()).isPositive().isLessThanOrEqualTo(1);
    Run again = jobs.train(job + "-again", "compression=" + compression);
    assertThat(again.parameters()).isEqualTo(run.parameters());
  }

  @Test
  void codecsAreChosenWhileTheJobRunsAndItLearnsAsWell() throws Exception {
    double plain = jobs.quiet("epochs=20").accuracy();
    Run run = jobs.train("auto", "epochs=20", "compression=auto");
    assertThat(run.accuracy()).isGreaterThan(plain - 0.05);
    assertThat(run.told().decisions()).isNotEmpty();
    List<CompressionEvent> decisions = run.told().decisions();
    CompressionEvent last = decisions.get(decisions.size() - 1);
    assertThat(last.why()).contains("measured");
    assertThat(last.measuredStepSeconds()).containsKey("none/none");
    assertThat(last.predictedStepSeconds()).hasSize(16);
  }

  @Test
  void localRoundsTravelCompressed() throws Exception {
    Run run =
        jobs.train(
            "local",
            "compression={codec: int8, back: bf16}",
            "sync={mode: local, localSteps: 4}",
            "batch.slots=2");
    assertThat(meanRatio(run)).isGreaterThan(3.5);
    assertThat(run.accuracy()).isGreaterThan(0.5);
  }

  @Test
  void aGradientThatIsNoNumberEndsTheRunAndIsNamed() {
    assertThatThrownBy(() -> jobs.train("bad", "optimizer={sgd: {learningRate: 1e30}}"))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("diverged")
        .hasMessageContaining("learning rate");
  }

  @Test
  void stepsThatAreSkippedAreCountedAndBounded() {
    assertThatThrownBy(
            () ->
                jobs.train(
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
