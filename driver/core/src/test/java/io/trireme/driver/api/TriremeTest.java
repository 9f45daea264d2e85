package io.trireme.driver.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.BadDataException;
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
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Adam;

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
    return untested(id).set("data.test.examples", 100);
  }

  private static JobBuilder untested(String id) {
    return JobBuilder.named(id)
        .set("seed", 7)
        .set("model.zoo", "mlp")
        .set("data.format", "digits")
        .set("data.train.examples", 500)
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
  void aJobWithoutATestSetIsNotEvaluated() {
    TrainedModel trained = Trireme.on(session).job(untested("untested")).train();
    assertThat(trained.evaluation()).isEmpty();
    assertThat(folder.resolve("untested/result.json")).content().doesNotContain("evaluation");
  }

  private static Dataset<Row> points(int rows) {
    return session
        .range(0, rows, 1, 3)
        .selectExpr(
            "id % 2 as class",
            "sin(id) + id % 2 as x",
            "array(cos(id), id % 2 - 0.5D) as y",
            "if(id = 7, null, 1) as holes");
  }

  private static JobBuilder ofRows(String id) {
    return untested(id)
        .rowsOfProgram()
        .set("model", Map.of("dl4j", folder.resolve("three.json").toString()))
        .without("optimizer");
  }

  private static void writeModel() throws IOException {
    Files.writeString(
        folder.resolve("three.json"),
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new Adam(0.01))
            .list()
            .layer(new DenseLayer.Builder().nIn(3).nOut(8).build())
            .layer(new OutputLayer.Builder().nIn(8).nOut(2).build())
            .build()
            .toJson());
  }

  @Test
  void rowsOfADataFrameAreExamplesWhereverTheyArePartitioned() throws IOException {
    writeModel();
    Columns columns = Columns.features("x", "y").classes("class", 2);
    TrainedModel frame =
        Trireme.on(session)
            .job(ofRows("frame"))
            .trainOn(points(400), columns)
            .testOn(points(100), columns)
            .train();
    assertThat(frame.evaluation().orElseThrow().accuracy()).isGreaterThan(0.7);
    TrainedModel again =
        Trireme.on(session).job(ofRows("again")).trainOn(points(400).coalesce(1), columns).train();
    assertThat(sha(again)).isEqualTo(sha(frame));
    assertThat(again.evaluation()).isEmpty();
    JavaRDD<Example> examples =
        points(400)
            .javaRDD()
            .map(
                row -> {
                  List<Double> y = row.getList(2);
                  return new Example(
                      new float[] {
                        (float) row.getDouble(1), y.get(0).floatValue(), y.get(1).floatValue()
                      },
                      (int) row.getLong(0));
                });
    TrainedModel rdd = Trireme.on(session).job(ofRows("rdd")).trainOn(examples, 2).train();
    assertThat(sha(rdd)).isEqualTo(sha(frame));
  }

  @Test
  void tellsRowsThatAreNoExamples() throws IOException {
    writeModel();
    assertThatThrownBy(
            () ->
                Trireme.on(session)
                    .job(ofRows("holes"))
                    .trainOn(points(20), Columns.features("x", "holes").classes("class", 2))
                    .train())
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("column holes: expected numbers, seen null")
        .hasMessageContaining("row ");
    assertThatThrownBy(
            () ->
                Trireme.on(session)
                    .job(ofRows("missing"))
                    .trainOn(points(20), Columns.features("z").classes("class", 2))
                    .train())
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("has no column z");
    Dataset<Row> ids = points(20).withColumn("id", functions.lit((1L << 24) + 1));
    assertThatThrownBy(
            () ->
                Trireme.on(session)
                    .job(ofRows("ids"))
                    .trainOn(ids, Columns.features("x", "id").classes("class", 2))
                    .train())
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("column id: 16777217 is no number that 32 bits hold")
        .hasMessageContaining("16777216");
    assertThatThrownBy(() -> Trireme.on(session).job(ofRows("none")).train())
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("trainOn");
  }

  @Test
  void refusesSetsThatWouldNotBeUsed() throws IOException {
    writeModel();
    Columns columns = Columns.features("x", "y").classes("class", 2);
    assertThatThrownBy(
            () -> Trireme.on(session).job(job("tested")).testOn(points(20), columns).train())
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("call trainOn, too");
    assertThatThrownBy(
            () -> Trireme.on(session).job(job("trained")).trainOn(points(20), columns).train())
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("call testOn, too");
    Columns quantities = Columns.features("x", "y").quantities("x", "x");
    assertThatThrownBy(
            () ->
                Trireme.on(session)
                    .job(ofRows("quantities"))
                    .trainOn(points(100), quantities)
                    .testOn(points(20), quantities)
                    .train())
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("leave the test set out");
    assertThat(folder.resolve("quantities")).doesNotExist();
  }

  @Test
  void refusesLabelsThatAreNoneOfTheirKind() {
    Columns features = Columns.features("x", "y");
    assertThatThrownBy(() -> features.classes("class", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
    Training training = Trireme.on(session).job(ofRows("labels"));
    assertThatThrownBy(() -> training.trainOn(points(20), features))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected classes or quantities");
    assertThatThrownBy(
            () -> training.trainOn(points(20), Columns.features("x").classes("y", 2)).train())
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("one number for its class")
        .hasMessageContaining("2 of the label");
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
