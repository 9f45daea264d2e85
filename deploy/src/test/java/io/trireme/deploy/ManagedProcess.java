package io.trireme.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A child process whose output goes to a file; closing it ends it and its descendants. */
final class ManagedProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofMinutes(1);

  private final String name;
  private final Process process;
  private final Path log;

  private ManagedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts a command in {@code folder}, output to {@code folder/name.log}. */
  static ManagedProcess start(
      String name, Path folder, Map<String, String> environment, List<String> command) {
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      return new ManagedProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for a line of the log, at most {@code limit}.
   *
   * @return the first match
   * @throws AssertionError if it does not come, or the process ends before; holds the log
   */
  Matcher awaitLine(Pattern pattern, Duration limit) {
    return Awaitility.await(name + " writes " + pattern)
        .atMost(limit)
        .pollInterval(Duration.ofMillis(50))
        .failFast(this::requireAlive)
        .until(() -> pattern.matcher(log()), Matcher::find);
  }

  /** What it has written so far. */
  String log() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** {@code kill -9}, and waits until it is gone; its descendants stay. */
  void kill() {
    process.destroyForcibly();
    awaitEnd(GRACE);
  }

  /** SIGTERM; after a minute {@code kill -9} for it and each of its descendants. */
  @Override
  public void close() {
    List<ProcessHandle> tree = Stream.concat(Stream.of(handle()), handle().descendants()).toList();
    process.destroy();
    if (!awaitEnd(GRACE)) {
      tree.forEach(ProcessHandle::destroyForcibly);
      awaitEnd(GRACE);
    }
  }

  private void requireAlive() {
    if (!process.isAlive()) {
      throw new AssertionError(name + " has ended with " + process.exitValue() + ": " + log());
    }
  }

  private boolean awaitEnd(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
