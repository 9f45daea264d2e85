package io.trireme.driver.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.RecoveryEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

  @TempDir java.nio.file.Path dir;
  private java.nio.file.Path file;
  private Path path;
  private FileSystem fs;

  @BeforeEach
  void open() throws IOException {
    file = dir.resolve("run/metrics.jsonl");
    path = new Path(file.toUri());
    fs = PlainFiles.of(path, new Configuration(false));
  }

  private static Progress at(long step, double loss, double rate) {
    return new Progress(step, 10, 1, 2, loss, rate, 1234.5, 4000, 5000, 1.0, 0);
  }

  @Test
  void writesOneObjectALineWithTheAgreedKeys() throws IOException {
    try (MetricsLog log = new MetricsLog(fs, path)) {
      log.progress(at(3, 0.25, 0.001));
      log.progress(at(6, Double.NaN, Double.NaN));
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines)
        .containsExactly(
            "{\"step\":3,\"epoch\":1,\"loss\":0.25,\"learningRate\":0.001,"
                + "\"samplesPerSecond\":1234.5,\"bytesSent\":4000,\"bytesReceived\":5000,"
                + "\"compressionRatio\":1.0,\"stalenessMax\":0,"
                + "\"residualNorm\":0.0,\"density\":1.0,\"skippedSteps\":0}",
            "{\"step\":6,\"epoch\":1,\"loss\":null,\"learningRate\":null,"
                + "\"samplesPerSecond\":1234.5,\"bytesSent\":4000,\"bytesReceived\":5000,"
                + "\"compressionRatio\":1.0,\"stalenessMax\":0,"
                + "\"residualNorm\":0.0,\"density\":1.0,\"skippedSteps\":0}");
    JsonNode line = new ObjectMapper().readTree(lines.get(0));
    assertThat(line.get("step").asLong()).isEqualTo(3);
  }

  @Test
  void showsALineToReadersWhileTheRunGoesOn() throws IOException {
    try (MetricsLog log = new MetricsLog(fs, path)) {
      assertThat(file).doesNotExist();
      log.progress(at(1, 1, 1));
      assertThat(Files.readAllLines(file)).hasSize(1);
      log.progress(at(2, 1, 1));
      assertThat(Files.readAllLines(file)).hasSize(2);
    }
  }

  @Test
  void tellsWhoWasLostAndWhoLeft() throws IOException {
    try (MetricsLog log = new MetricsLog(fs, path)) {
      log.recovery(new RecoveryEvent(40, "worker 1: left", 2, 3, 1, 0, 2.0, 0.5));
    }
    assertThat(Files.readAllLines(file))
        .singleElement()
        .asString()
        .contains("\"event\":\"recovery\"", "\"workers\":2", "\"servers\":3", "\"left\":1")
        .contains("\"pauseSeconds\":2.0", "\"residualNormLost\":0.5");
  }

  @Test
  void replacesTheLogOfAnEarlierRun() throws IOException {
    for (int run = 0; run < 2; run++) {
      try (MetricsLog log = new MetricsLog(fs, path)) {
        log.progress(at(1, 1, 1));
      }
    }
    assertThat(Files.readAllLines(file)).hasSize(1);
  }

  @Test
  void namesTheFileThatCannotBeWritten() throws IOException {
    Files.createDirectories(file);
    try (MetricsLog log = new MetricsLog(fs, path)) {
      assertThatThrownBy(() -> log.progress(at(1, 1, 1)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("cannot write metrics to " + path);
    }
  }

  @Test
  void aRunThatGoesOnKeepsWhatIsTrueAndCutsTheRest() throws IOException {
    try (MetricsLog log = new MetricsLog(fs, path)) {
      log.progress(at(5));
      log.progress(at(10));
      log.checkpoint(10, 1000, 0.5);
      log.progress(at(15));
    }
    try (MetricsLog log = new MetricsLog(fs, path)) {
      log.resumed(10);
      log.progress(at(14));
      log.resumed(10);
      log.progress(at(12));
    }
    assertThat(new String(fs.open(path).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .containsPattern(
            "(?s)\"step\":5.*\"step\":10.*\"event\":\"checkpoint\",\"step\":10.*"
                + "\"event\":\"resumed\",\"step\":10.*\"event\":\"resumed\",\"step\":10.*"
                + "\"step\":12")
        .doesNotContain("\"step\":15", "\"step\":14");
  }

  private static Progress at(long step) {
    return new Progress(step, 100, 1, 2, 0.5, 0.1, 100, 1, 1, 1, 0);
  }
}
