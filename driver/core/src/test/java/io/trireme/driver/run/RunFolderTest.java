package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.jobfile.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

  @TempDir Path dir;

  private RunFolder folder(String output) {
    JobConfig job =
        JobFile.load(
            Path.of("..", "..", "conf", "quickstart.yaml"),
            List.of("output.dir=" + output),
            Map.of());
    return RunFolder.of(job, new Configuration(false));
  }

  private RunFolder folder() {
    return folder(dir.toString());
  }

  @Test
  void liesUnderTheOutputFolder() {
    RunFolder folder = folder();
    assertThat(folder.path().toUri().getPath()).isEqualTo(dir + "/quickstart");
    assertThat(folder.metrics().getName()).isEqualTo("metrics.jsonl");
    assertThat(folder.result().getName()).isEqualTo("result.json");
    assertThat(folder.model().getName()).isEqualTo("model.zip");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void isClaimedWithoutATrace() throws IOException {
    folder().claim(false);
    assertThat(dir.resolve("quickstart")).isEmptyDirectory();
    folder().claim(false);
  }

  @Test
  void isReleasedWithoutATrace() throws IOException {
    RunFolder deep = folder(dir + "/a/b");
    deep.claim(false);
    assertThat(dir.resolve("a/b/quickstart")).isEmptyDirectory();
    deep.release();
    assertThat(dir).isEmptyDirectory();
    deep.claim(false);
    Files.createDirectory(dir.resolve("a/data"));
    deep.release();
    assertThat(dir.resolve("a")).isDirectoryContaining(path -> path.endsWith("data"));
    assertThat(dir.resolve("a/b")).doesNotExist();
  }

  @Test
  void isRefusedWhereCheckpointsCannotBeWritten() throws IOException {
    Files.writeString(dir.resolve("file"), "no folder");
    assertThatThrownBy(() -> withCheckpoints("file/steps").claim(false))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("checkpoint folder file:" + dir + "/file/steps")
        .hasMessageContaining("set checkpoint.dir to another folder");
    RunFolder folder = withCheckpoints("steps/of/job");
    folder.claim(false);
    assertThat(dir.resolve("steps/of/job")).isEmptyDirectory();
    folder.release();
    assertThat(dir.resolve("steps")).doesNotExist();
  }

  private RunFolder withCheckpoints(String place) {
    JobConfig job =
        JobFile.load(
            Path.of("..", "..", "conf", "quickstart.yaml"),
            List.of(
                "output.dir=" + dir, "checkpoint={everySteps: 5, dir: " + dir.resolve(place) + "}"),
            Map.of());
    return RunFolder.of(job, new Configuration(false));
  }

  @Test
  void keepsAFolderThatWasThereBefore() throws IOException {
    Files.createDirectory(dir.resolve("quickstart"));
    RunFolder folder = folder();
    folder.claim(false);
    folder.release();
    assertThat(dir.resolve("quickstart")).isEmptyDirectory();
  }

  @Test
  void refusesTheFolderOfAFinishedRun() throws IOException {
    folder().claim(false);
    Files.writeString(dir.resolve("quickstart/result.json"), "{\"status\":\"done\"}");
    PreflightException refused =
        catchThrowableOfType(PreflightException.class, () -> folder().claim(false));
    assertThat(refused.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.what()).isEqualTo("run folder file:" + dir + "/quickstart");
              assertThat(finding.seen())
                  .isEqualTo("holds the result of a finished run of job quickstart");
              assertThat(finding.fix()).contains("--overwrite", "another job id");
            });
    folder().claim(true);
    assertThat(dir.resolve("quickstart/result.json")).exists();
  }

  @Test
  void takesTheFolderOfAFailedRun() throws IOException {
    folder().claim(false);
    Files.writeString(dir.resolve("quickstart/result.json"), "{\"status\":\"failed\"}");
    folder().claim(false);
  }

  @Test
  void clearsTheResultsOfAnEarlierRunAndNothingElse() throws IOException {
    folder().claim(false);
    for (String name : List.of("result.json", "metrics.jsonl", "model.zip", "notes.txt")) {
      Files.writeString(dir.resolve("quickstart").resolve(name), "x");
    }
    folder().clear(false);
    assertThat(dir.resolve("quickstart"))
        .isDirectoryNotContaining(file -> !file.endsWith("notes.txt"));
  }

  @Test
  void refusesAFolderThatCannotBeWritten() throws IOException {
    Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> folder(dir + "/file").claim(false))
        .isInstanceOf(PreflightException.class)
        .hasMessageStartingWith("output folder file:" + dir + "/file/quickstart: cannot be used: ")
        .hasMessageEndingWith("; make it writable, or set output.dir to another folder");
    assertThatThrownBy(() -> folder("nowhere://x/y"))
        .isInstanceOf(PreflightException.class)
        .hasMessageStartingWith("output folder nowhere://x/y: cannot be used: ");
  }
}
