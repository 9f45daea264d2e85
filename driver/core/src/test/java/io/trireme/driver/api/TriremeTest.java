package io.trireme.driver.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.fixture.LocalSpark;
import io.trireme.driver.spark.PluginRegistry;
import io.trireme.worker.engine.BadModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training in a session that was made for something else: without the plugin, and with another
 * serializer than Spark's default.
 */
@Timeout(600)
@ExtendWith(LocalSpark.Stopped.class)
class TriremeTest {

  @TempDir static Path folder;
  private static SparkSession session;

  @BeforeAll
  static void startSpark() {
    session =
        SparkSession.builder()
            .master("local[2]")
            .appName("a program of its own")
            .config("spark.ui.enabled", "false")
            .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .getOrCreate();
  }

  @AfterAll
  static void stopSpark() throws IOException {
    session.stop();
    String pid = "-" + ProcessHandle.current().pid() + "-";
    try (var left = Files.list(Path.of("/dev/shm"))) {
      assertThat(left.filter(file -> file.getFileName().toString().contains(pid))).isEmpty();
    }
  }

  private static JobBuilder job(String id) {
    return JobBuilder.named(id)
        .set("seed", 7)
        .set("model.zoo", "mlp")
        .set("data.format", "digits")
        .set("data.train.examples", 500)
        .set("data.test.examples", 100)
        .set("batch.size", 50)
        .set("batch.slots", 2)
        .set("epochs", 1)
        .set("optimizer.adam.learningRate", 0.001)
        .workers(2)
        .set("output.dir", folder.toString());
  }

  private static String sha(TrainedModel trained) {
    return requireNonNull(trained.result().paramsSha256());
  }

  @Test
  void startsWhatTheSessionLacksAndReturnsModelEvaluationAndResult() throws IOException {
    Set<TrainingPhase> phases = EnumSet.noneOf(TrainingPhase.class);
    List<Progress> progress = new ArrayList<>();
    TrainedModel trained =
        Trireme.on(session)
            .job(job("returned"))
            .listener(
                new TrainingListener() {
                  @Override
                  public void phase(TrainingPhase phase) {
                    phases.add(phase);
                  }

                  @Override
                  public void progress(Progress made) {
                    progress.add(made);
                  }
                })
            .train();
    assertThat(PluginRegistry.find(session.sparkContext())).isPresent();
    assertThat(phases).isEqualTo(EnumSet.allOf(TrainingPhase.class));
    assertThat(progress).last().extracting(Progress::step).isEqualTo(10L);
    assertThat(trained.result().status()).isEqualTo(RunResult.Status.DONE);
    assertThat(trained.evaluation()).isPresent();
    assertThat(trained.parameters()).hasSize((int) trained.result().parameters());
    assertThat(trained.model().params().toFloatVector()).isEqualTo(trained.parameters());
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    trained.write(zip);
    assertThat(zip.size()).isPositive();
    assertThat(folder.resolve("returned")).isDirectoryContaining("glob:**/{metrics.jsonl}");
    TrainedModel again = Trireme.on(session).job(job("returned")).train();
    assertThat(again.result()).isEqualTo(trained.result());
    assertThat(again.parameters()).isEqualTo(trained.parameters());
  }

  @Test
  void beginsWithTheParametersThatItIsGiven() throws IOException {
    String own = sha(Trireme.on(session).job(job("own")).train());
    TrainedModel first = Trireme.on(session).job(job("seed-8").set("seed", 8)).train();
    TrainedModel given = Trireme.on(session).job(job("given")).initialModel(first.model()).train();
    assertThat(sha(given)).isNotEqualTo(own);
    TrainedModel zip =
        Trireme.on(session)
            .job(job("zip"))
            .initialModel(folder.resolve("seed-8").resolve("model.zip"))
            .train();
    assertThat(sha(zip)).isEqualTo(sha(given));
    TrainedModel floats =
        Trireme.on(session).job(job("floats")).initialParameters(first.parameters()).train();
    assertThat(sha(floats)).isEqualTo(sha(given));
    assertThatThrownBy(
            () -> Trireme.on(session).job(job("short")).initialParameters(new float[3]).train())
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("has 3 parameters")
        .hasMessageContaining(String.valueOf(first.parameters().length));
    assertThatThrownBy(
            () -> Trireme.on(session).job(job("given")).initialParameters(new float[3]).train())
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("finished run of job given");
  }

  @Test
  void leavesTheFolderAsItWasWhenTheJobAsksForTooMuch() {
    assertThatThrownBy(
            () -> Trireme.on(session).job(job("wide").workers(3).set("batch.slots", 3)).train())
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("workers: 3");
    assertThat(folder.resolve("wide")).doesNotExist();
  }
}
