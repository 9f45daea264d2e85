package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.deploy.TriremeProcess.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A folder in which a user trains a job with the launcher: its job file, its runs, their files. */
final class JobFolder {
  /** Against what hangs; a whole job may take long on a busy machine. */
  static final Duration LIMIT = Duration.ofMinutes(15);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern LEASE_END = Pattern.compile("\"expiresAtMs\":(\\d+)");
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "MASTER", "",
          "SPARK_HOME", "",
          "TRIREME_NO_BUILD", "1",
          "TRIREME_DRIVER_MEMORY", "1g",
          "TRIREME_SUBMIT_OPTIONS", "--conf spark.executor.memory=768m");

  private static final String JOB =
      """
      job: it
      seed: 3
      model: { zoo: lenet }
      data:
        format: digits
        train: { examples: 1500 }
        test: { examples: 100 }
      batch: { size: 64, slots: 2 }
      epochs: 2
      optimizer: { adam: { learningRate: 0.001 } }
      workers: { min: 2, max: 2, threads: 1 }
      servers: 2
      transport: { timeoutSeconds: 60 }
      output: { dir: runs }
      """;

  private final Path folder;
  private final List<String> base = new ArrayList<>();

  /** A folder with a job file, and overrides that all its runs have in common. */
  JobFolder(Path folder, String... sets) {
    this.folder = folder;
    for (String set : sets) {
      base.add("--set=" + set);
    }
    try {
      Files.writeString(folder.resolve("job.yaml"), JOB);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file or folder in it. */
  Path resolve(String path) {
    return folder.resolve(path);
  }

  /** Starts {@code trireme train} with options such as {@code --set=epochs=3}. */
  TriremeProcess start(String master, String... options) {
    List<String> arguments = new ArrayList<>(List.of("train", "job.yaml", "--master", master));
    arguments.addAll(base);
    arguments.addAll(List.of(options));
    return TriremeProcess.start(Distribution.ofBuild().launcher(), folder, ENVIRONMENT, arguments);
  }

  /** The same, and waits for its end. */
  Result train(String master, String... options) {
    try (TriremeProcess driver = start(master, options)) {
      return driver.await(LIMIT);
    }
  }

  /** {@code result.json} of the run. */
  JsonNode result() {
    return result("runs");
  }

  /** {@code result.json} of the run below another output folder. */
  JsonNode result(String runs) {
    try {
      return JSON.readTree(folder.resolve(runs).resolve("it/result.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The hash of the parameters of a job that is done. */
  String parameters() {
    assertThat(result().path("status").asText()).isEqualTo("done");
    return result().path("paramsSha256").asText();
  }

  /** The whole lines of {@code metrics.jsonl}; none where there is none yet. */
  List<JsonNode> metrics() {
    Path metrics = folder.resolve("runs/it/metrics.jsonl");
    if (!Files.exists(metrics)) {
      return List.of();
    }
    List<JsonNode> lines = new ArrayList<>();
    try {
      String text = Files.readString(metrics);
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        lines.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  /** The lines of {@code metrics.jsonl} that tell of losses and of workers that left. */
  List<JsonNode> recoveries() {
    return metrics().stream()
        .filter(line -> line.path("event").asText().equals("recovery"))
        .toList();
  }

  /** Until when the job's lease holds, as its newest file that is whole says. */
  long leaseEndsMs() {
    long ends = 0;
    try (Stream<Path> files = Files.list(folder.resolve("runs/it/lease"))) {
      for (Path file : files.toList()) {
        Matcher matcher = LEASE_END.matcher(Files.readString(file));
        if (matcher.find()) {
          ends = Math.max(ends, Long.parseLong(matcher.group(1)));
        }
      }
      return ends;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folders of the checkpoints that are committed, oldest first. */
  List<Path> checkpoints() {
    Path checkpoints = folder.resolve("runs/it/checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return List.of();
    }
    try (Stream<Path> steps = Files.list(checkpoints)) {
      return steps.filter(step -> Files.exists(step.resolve("manifest.json"))).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      // The driver prunes the folder that is read.
      return List.of();
    }
  }

  /** Waits until the job trains. */
  void awaitTraining(TriremeProcess driver) {
    Awaitility.await("training")
        .atMost(LIMIT)
        .failFast(() -> !driver.isAlive())
        .until(() -> !metrics().isEmpty());
  }

  /** Waits until a loss was recovered from. */
  void awaitRecovery() {
    Awaitility.await("recovery").atMost(LIMIT).until(() -> !recoveries().isEmpty());
  }

  /** Waits for a checkpoint that is not among those before. */
  void awaitNewCheckpoint(List<Path> before) {
    Awaitility.await("a checkpoint is committed")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !before.containsAll(checkpoints()));
  }
}
