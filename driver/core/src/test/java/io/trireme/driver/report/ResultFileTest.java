package io.trireme.driver.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.RunResult.Evaluation;
import io.trireme.driver.api.result.RunResult.Status;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {

  @TempDir java.nio.file.Path dir;
  private java.nio.file.Path file;
  private Path path;
  private FileSystem fs;

  @BeforeEach
  void open() throws IOException {
    file = dir.resolve("result.json");
    path = new Path(file.toUri());
    fs = PlainFiles.of(path, new Configuration(false));
  }

  @Test
  void writesTheResultOfAFinishedRun() throws IOException {
    ResultFile.write(
        fs,
        path,
        new RunResult(
            "tiny",
            Status.DONE,
            10,
            2,
            1000.5,
            1.25,
            new Evaluation(0.98, 0.97, 0.96, Double.NaN),
            431080,
            "ab12",
            2,
            3,
            0,
            null));
    assertThat(Files.readString(file))
        .isEqualToNormalizingNewlines(
            """
            {
              "job" : "tiny",
              "status" : "done",
              "steps" : 10,
              "epochs" : 2,
              "samplesPerSecond" : 1000.5,
              "trainSeconds" : 1.25,
              "evaluation" : {
                "accuracy" : 0.98,
                "precision" : 0.97,
                "recall" : 0.96,
                "f1" : null
              },
              "parameters" : 431080,
              "paramsSha256" : "ab12",
              "workers" : 2,
              "servers" : 3,
              "restarts" : 0
            }
            """);
    assertThat(ResultFile.holdsSuccess(fs, path)).isTrue();
    assertThat(dir).isDirectoryNotContaining(other -> !other.equals(file));
  }

  @Test
  void writesWhyARunFailed() throws IOException {
    ResultFile.write(
        fs,
        path,
        new RunResult(
            "tiny", Status.FAILED, 5, 0, 0, 1, null, 0, null, 2, 3, 1, "worker 1 is gone"));
    assertThat(Files.readString(file))
        .contains("\"status\" : \"failed\"", "\"error\" : \"worker 1 is gone\"")
        .doesNotContain("evaluation", "paramsSha256");
    assertThat(ResultFile.holdsSuccess(fs, path)).isFalse();
  }

  @Test
  void holdsWhatItCannotReadForASuccess() throws IOException {
    assertThat(ResultFile.holdsSuccess(fs, path)).isFalse();
    Files.writeString(file, "{\"status\" : \"fai");
    assertThat(ResultFile.holdsSuccess(fs, path)).isTrue();
  }
}
