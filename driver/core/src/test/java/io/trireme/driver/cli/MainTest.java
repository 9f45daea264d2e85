package io.trireme.driver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.JobConfig;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.TensorSummary;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.RunResult.Evaluation;
import io.trireme.driver.api.result.RunResult.Status;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.worker.engine.BadModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  private static final Path JOB = Path.of("..", "..", "conf", "quickstart.yaml");

  @TempDir Path dir;
  private final CommandLineRun line =
      new CommandLineRun()
          .training(MainTest::succeed)
          .preparing(
              new PreparedData(
                  "shards/train", "shards/test", set("train", 12_000), set("test", 20), "f", true));

  private static RunResult succeed(JobConfig job, TrainingListener observer) {
    observer.phase(TrainingPhase.TRAINING);
    observer.progress(new Progress(5, 10, 1, 2, 0.5, 0.1, 100, 1, 1, 1, 0));
    observer.progress(new Progress(10, 10, 2, 2, 0.25, 0.1, 100, 1, 1, 1, 0));
    return new RunResult(
        job.job(),
        Status.DONE,
        10,
        2,
        100,
        1,
        new Evaluation(0.975, 1, 1, 1),
        7,
        "ab",
        2,
        2,
        0,
        null);
  }

  private static RunResult failAfterHalf(TrainingListener observer, RuntimeException failure) {
    observer.phase(TrainingPhase.TRAINING);
    observer.progress(new Progress(5, 10, 1, 2, 0.5, 0.1, 100, 1, 1, 1, 0));
    throw failure;
  }

  private static DatasetDescription set(String name, long examples) {
    return new DatasetDescription(
        DatasetDescription.FORMAT_VERSION,
        name,
        examples,
        new ExampleSchema(
            List.of(new TensorSpec("x", Role.FEATURE, ElementType.FLOAT32, List.of(), 0, 1))),
        List.of(new TensorSummary(0, 1, List.of())),
        "f",
        List.of(new DatasetDescription.Shard("s", 0, (int) examples, 1, 1)));
  }

  private int run(String... args) {
    return line.run(args);
  }

  private int train(String... more) {
    List<String> args =
        new ArrayList<>(List.of("train", JOB.toString(), "--set", "output.dir=" + dir));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private String out() {
    return line.out();
  }

  private String err() {
    return line.err();
  }

  private Path file(String name) {
    return dir.resolve("quickstart").resolve(name);
  }

  @Test
  void trainsAndLeavesMetricsAndResult() throws IOException {
    assertThat(train()).as(err()).isZero();
    assertThat(Files.readAllLines(file("metrics.jsonl"))).hasSize(2);
    assertThat(Files.readString(file("result.json"))).contains("\"status\" : \"done\"");
    assertThat(out())
        .isEqualTo(
            "done: 10 steps, 100 examples/s, accuracy 0.9750  file:" + dir + "/quickstart\n");
    assertThat(err()).startsWith("training\n").contains("step 10/10");
    assertThat(line.masters()).containsExactly("local[2]");
  }

  @Test
  void aDryRunPrintsThePlanAndTrainsNothing() {
    line.training(
        (job, observer) -> {
          throw new AssertionError("nothing is to run");
        });
    assertThat(train("--dry-run")).as(err()).isZero();
    assertThat(out()).isEqualTo("plan of quickstart from step 0\n");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void printsACompletionScriptThatKnowsEveryCommand() {
    assertThat(run("completion")).as(err()).isZero();
    assertThat(out())
        .contains("trireme")
        .contains("train prepare checkpoint completion")
        .contains("--dry-run")
        .contains("--resume");
  }

  @Test
  void handsOverrideAndMasterOn() {
    List<Integer> epochs = new ArrayList<>();
    line.training(
        (job, observer) -> {
          epochs.add(job.epochs());
          return succeed(job, observer);
        });
    assertThat(train("--master", "spark://h:7077", "--set", "epochs=5", "--resume", "never"))
        .isZero();
    assertThat(epochs).containsExactly(5);
    assertThat(line.masters()).containsExactly("spark://h:7077");
  }

  @Test
  void preparesData() {
    assertThat(run("prepare", JOB.toString())).as(err()).isZero();
    assertThat(out())
        .isEqualTo(
            "found 12,000 training examples in shards/train and 20 test examples in shards/test\n");
  }

  @Test
  void returns2ForABadJobFileWithAllProblems() {
    assertThat(train("--set", "epochs=none", "--set", "sede=1")).isEqualTo(2);
    assertThat(err().lines())
        .containsExactly(
            "trireme: --set epochs: is \"none\"; expected a whole number from 1 to 2147483647",
            "trireme: --set sede: unknown key; nearest key \"seed\"");
    assertThat(dir).isEmptyDirectory();
    assertThat(line.masters()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "trian x.yaml",
        "train",
        "train a.yaml b.yaml",
        "train a.yaml --sett x=y",
        "train a.yaml --set",
        "prepare a.yaml --overwrite",
        "evaluate a.yaml",
      })
  void returns2ForABadCommandLine(String words) {
    assertThat(run(words.isEmpty() ? new String[0] : words.split(" "))).isEqualTo(2);
    assertThat(err()).startsWith("trireme: ").doesNotContain("\tat ");
    assertThat(out()).isEmpty();
  }

  @Test
  void returns3ForACheckpointThatIsNotThere() {
    assertThat(train("--resume", dir + "/none")).isEqualTo(3);
    assertThat(err()).contains("--resume " + dir + "/none: does not exist; correct the path");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void returns3ForPreflightWithAllFindings() {
    line.training(
        (job, observer) -> {
          throw new PreflightException(
              List.of(
                  new Finding("task slots", "2, and 4 workers need 4", "use --master local[4]"),
                  new Finding("/dev/shm", "64 MiB free, 512 MiB needed", "make it larger")));
        });
    assertThat(train()).isEqualTo(3);
    assertThat(err().lines())
        .containsExactly(
            "trireme: task slots: 2, and 4 workers need 4; use --master local[4]",
            "trireme: /dev/shm: 64 MiB free, 512 MiB needed; make it larger");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void leavesNoEmptyFolderOfARunThatDidNotBegin() throws IOException {
    line.training(
        (job, observer) -> {
          throw new PreflightException(List.of(new Finding("a", "b", "c")));
        });
    assertThat(train("--set", "output.dir=" + dir + "/deep/er")).isEqualTo(3);
    assertThat(dir).isEmptyDirectory();
    Files.createDirectories(file("notes"));
    assertThat(train()).isEqualTo(3);
    assertThat(file("notes")).exists();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo",
        "local[x]",
        "local[0]",
        "localhost",
        "spark://h",
        "spark://h:x",
        "spark:7077",
        "k8s://"
      })
  void returns2ForAMasterThatIsNone(String master) {
    assertThat(train("--master", master)).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            "trireme: --master "
                + master
                + ": is no Spark master; expected local[N], spark://HOST:PORT, yarn or"
                + " k8s://URL\n");
    assertThat(line.masters()).isEmpty();
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "local",
        "local[4]",
        "local[*]",
        "local[2,3]",
        "local-cluster[2,1,1024]",
        "spark://host-1.example:7077",
        "spark://a:1,b:2",
        "spark://[::1]:7077",
        "yarn",
        "k8s://https://h:6443"
      })
  void takesEveryMasterThatSparkKnows(String master) {
    assertThat(train("--master", master)).as(err()).isZero();
    assertThat(line.masters()).containsExactly(master);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "prepare"})
  void namesEverySourceThatIsMissingAndTheVariableThatIsNotSet(String command) {
    String images = "--set=data.train.images=" + dir + "/none";
    Path job = Path.of("..", "..", "conf", "mnist-mlp.yaml");
    assertThat(run(command, job.toString(), images, "--set=output.dir=" + dir)).isEqualTo(3);
    String here = "file:" + Path.of("data").toAbsolutePath() + "/mnist/";
    String fix =
        " does not exist; the environment variable TRIREME_DATA_DIR is not set, so its default"
            + " holds: set it, or correct data.";
    assertThat(err().lines())
        .containsExactly(
            "trireme: data.train.images: file:"
                + dir
                + "/none does not exist; correct data.train.images in the job file",
            "trireme: data.train.labels: "
                + here
                + "train-labels-idx1-ubyte.gz"
                + fix
                + "train.labels in the job file",
            "trireme: data.test.images: "
                + here
                + "t10k-images-idx3-ubyte.gz"
                + fix
                + "test.images in the job file",
            "trireme: data.test.labels: "
                + here
                + "t10k-labels-idx1-ubyte.gz"
                + fix
                + "test.labels in the job file");
    assertThat(line.masters()).isEmpty();
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void saysThatAJobHasFinishedUnlessItIsToBeginAnew() throws IOException {
    assertThat(train("--set", "epochs=2")).isZero();
    String first = Files.readString(file("result.json"));
    line.masters().clear();
    assertThat(train("--set", "epochs=2")).isZero();
    assertThat(out()).contains("job quickstart has finished already");
    assertThat(line.masters()).isEmpty();
    assertThat(train("--set", "epochs=3")).isEqualTo(3);
    assertThat(err()).contains("finished run of job quickstart with epochs: 2");
    assertThat(train("--set", "epochs=2", "--resume", "never")).isEqualTo(3);
    assertThat(err()).contains("holds the result of a finished run of job quickstart");
    assertThat(Files.readString(file("result.json"))).isEqualTo(first);
    assertThat(line.masters()).isEmpty();
    assertThat(train("--overwrite")).isZero();
    assertThat(line.masters()).hasSize(1);
  }

  @Test
  void keepsTheOldResultWhenAnOverwritingRunDoesNotBegin() {
    assertThat(train()).isZero();
    line.training(
        (job, observer) -> {
          throw new TrainingFailedException("no cluster");
        });
    assertThat(train("--overwrite")).isEqualTo(4);
    assertThat(file("result.json")).content().contains("\"status\" : \"done\"");
    assertThat(file("metrics.jsonl")).exists();
  }

  @Test
  void returns4ForAFailedRunAndLeavesItsResult() throws IOException {
    line.training(
        (job, observer) ->
            failAfterHalf(
                observer, new TrainingFailedException("worker 1 is gone; look at its log")));
    assertThat(train()).isEqualTo(4);
    assertThat(err())
        .endsWith("trireme: worker 1 is gone; look at its log\n")
        .doesNotContain("\tat ");
    assertThat(Files.readString(file("result.json")))
        .contains(
            "\"status\" : \"failed\"",
            "\"steps\" : 5",
            "\"epochs\" : 0",
            "\"error\" : \"worker 1 is gone; look at its log\"");
    assertThat(Files.readAllLines(file("metrics.jsonl"))).hasSize(1);
  }

  @Test
  void returns4ForWhatNobodyForesaw() {
    line.training((job, observer) -> failAfterHalf(observer, new IllegalStateException("oops")));
    assertThat(train()).isEqualTo(4);
    assertThat(err())
        .endsWith(
            "trireme: failed unexpectedly: java.lang.IllegalStateException: oops; --verbose shows"
                + " where\n")
        .doesNotContain("\tat ");
  }

  @Test
  void returns4ForAnError() {
    line.training(
        (job, observer) -> {
          throw new OutOfMemoryError("direct memory");
        });
    assertThat(train()).isEqualTo(4);
    assertThat(err()).contains("java.lang.OutOfMemoryError: direct memory").doesNotContain("\tat ");
  }

  @Test
  void tellsASignalInOneLineAndNothingOfWhatBreaksThen() throws IOException {
    line.training(
        (job, observer) -> {
          line.interruption().run();
          return failAfterHalf(observer, new IllegalStateException("SparkContext was shut down"));
        });
    assertThat(train()).isEqualTo(4);
    assertThat(err().lines())
        .containsExactly(
            "trireme: stopped by a signal before the work was done; the same command starts it"
                + " again",
            "training");
    assertThat(file("result.json")).doesNotExist();
    assertThat(file("metrics.jsonl")).exists();
  }

  @Test
  void takesNoEndOfADoneCommandForAnInterruption() {
    assertThat(train()).isZero();
    line.interruption().run();
    assertThat(line.interruption().happened()).isFalse();
    assertThat(err()).doesNotContain("signal");
  }

  @Test
  void showsStackTracesOnlyWhenAsked() {
    line.training((job, observer) -> failAfterHalf(observer, new IllegalStateException("oops")));
    assertThat(train("--verbose")).isEqualTo(4);
    assertThat(err()).contains("\tat io.trireme.driver.cli.MainTest");
  }

  @Test
  void findsTheMessageThatIsMeantForAPersonInsideSparksOwn() {
    line.training(
        (job, observer) -> {
          throw new IllegalStateException(
              new SparkException(
                  "Job aborted due to stage failure",
                  new PreflightException(
                      List.of(new Finding("memory", "too little", "add some")))));
        });
    assertThat(train()).isEqualTo(3);
    assertThat(err()).isEqualTo("trireme: memory: too little; add some\n");
  }

  static Stream<RuntimeException> badInput() {
    return Stream.of(
        new BadDataException("train-images: truncated"),
        new BadModelException(List.of("train-images: truncated")));
  }

  @ParameterizedTest
  @MethodSource("badInput")
  void returns3ForDataOrAModelThatCannotBeUsed(RuntimeException bad) {
    line.training(
        (job, observer) -> {
          throw bad;
        });
    assertThat(train()).isEqualTo(3);
    assertThat(err()).isEqualTo("trireme: train-images: truncated\n");
  }

  @Test
  void helps() {
    assertThat(run("--help")).isZero();
    assertThat(out()).contains("train", "prepare", "checkpoint");
    assertThat(run("train", "--help")).isZero();
    assertThat(out())
        .contains("--set=KEY=VALUE", "--overwrite", "--resume", "--master", "JOB.yaml");
    assertThat(run("--version")).isZero();
    assertThat(out()).contains("trireme ");
    assertThat(err()).isEmpty();
  }
}
