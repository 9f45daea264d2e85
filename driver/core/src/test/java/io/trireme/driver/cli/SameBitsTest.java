package io.trireme.driver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.driver.api.TrainedModel;
import io.trireme.driver.api.Trireme;
import io.trireme.driver.fixture.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command line and a program in a context of its own come to the same bits. */
@Timeout(600)
@ExtendWith(LocalSpark.Stopped.class)
class SameBitsTest {

  private static final String[] SMALL = {
    "data.train.examples=600", "data.test.examples=100", "epochs=1", "batch.size=60"
  };

  @TempDir Path folder;

  private String byCommandLine(Path job) throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Map.of(),
            System::nanoTime);
    String[] args = new String[2 + 2 * (SMALL.length + 2)];
    args[0] = "train";
    args[1] = job.toString();
    int at = 2;
    for (String set : SMALL) {
      args[at++] = "--set";
      args[at++] = set;
    }
    args[at++] = "--set";
    args[at++] = "output.dir=" + folder;
    args[at++] = "--set";
    args[at++] = "job=cli";
    int code = new Main(new SparkBackend(), console, new Interruption(console)).run(args);
    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return new ObjectMapper()
        .readTree(Files.readString(folder.resolve("cli/result.json")))
        .get("paramsSha256")
        .asText();
  }

  @Test
  void aProgramTrainsAsTheCommandLineDoes() throws IOException {
    Path job = Path.of("..", "..", "conf", "quickstart.yaml");
    String expected = byCommandLine(job);
    SparkConf conf =
        new SparkConf().setMaster("local[2]").setAppName("own").set("spark.ui.enabled", "false");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      String[] sets = java.util.Arrays.copyOf(SMALL, SMALL.length + 2);
      sets[SMALL.length] = "output.dir=" + folder;
      sets[SMALL.length + 1] = "job=program";
      TrainedModel trained = Trireme.on(spark).job(job, sets).train();
      assertThat(trained.result().paramsSha256()).isEqualTo(expected);
    }
  }
}
