package io.trireme.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of {@code deploy/bin/trireme} as a child process, without its build step. Closing it
 * kills it and its descendants if it still runs.
 */
public final class TriremeProcess implements AutoCloseable {
  private final Process process;
  private final Path out;
  private final Path err;

  private TriremeProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * How it ended.
   *
   * @param exitCode its exit code; 128 plus the signal's number where a signal ended it
   * @param out all that it wrote to standard output
   * @param err all that it wrote to standard error
   */
  public record Result(int exitCode, String out, String err) {}

  /**
   * Starts it.
   *
   * @param launcher the script
   * @param folder its working folder, to which relative paths in arguments refer
   * @param environment variables beside those of this process; an empty value removes one
   * @param arguments its arguments, such as {@code train job.yaml}
   */
  public static TriremeProcess start(
      Path launcher, Path folder, Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(arguments);
    try {
      Path out = Files.createTempFile("trireme-", ".out");
      Path err = Files.createTempFile("trireme-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().put("TRIREME_NO_BUILD", "1");
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      environment.forEach(
          (key, value) -> {
            if (value.isEmpty()) {
              builder.environment().remove(key);
            } else {
              builder.environment().put(key, value);
            }
          });
      return new TriremeProcess(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and waits for its end, at most {@code limit}. */
  public static Result run(
      Path launcher,
      Path folder,
      Map<String, String> environment,
      Duration limit,
      String... arguments) {
    try (TriremeProcess trireme = start(launcher, folder, environment, List.of(arguments))) {
      return trireme.await(limit);
    }
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Whether it has not ended yet. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written to standard output so far. */
  public String out() {
    return read(out);
  }

  /** What it has written to standard error so far. */
  public String err() {
    return read(err);
  }

  /**
   * Waits for its end.
   *
   * @throws AssertionError if it has not ended within {@code limit}; it has been killed then
   */
  public Result await(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
        throw new AssertionError(
            "trireme has not ended within %s\n== out\n%s\n== err\n%s"
                .formatted(limit, read(out), read(err)));
      }
      return new Result(process.exitValue(), read(out), read(err));
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while trireme ran", e);
    }
  }

  @Override
  public void close() {
    kill();
    try {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It, and all that it has started. */
  public List<ProcessHandle> processes() {
    ProcessHandle handle = process.toHandle();
    return Stream.concat(Stream.of(handle), handle.descendants()).toList();
  }

  private void kill() {
    processes().forEach(ProcessHandle::destroyForcibly);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
