package io.trireme.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A standalone Spark cluster of real processes on 127.0.0.1 with ephemeral ports, started from the
 * distribution: one master and some workers, each worker its own JVM, as is each executor that they
 * start for a job.
 *
 * <p>Every wait has a limit. Closing ends all of its processes, those of executors whose worker was
 * killed included, and fails if one survives.
 */
public final class StandaloneCluster implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(5);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);
  private static final String PACKAGE = "org.apache.spark.deploy.";

  private final Distribution distribution;
  private final Path folder;
  private final ManagedProcess master;
  private final String masterUrl;
  private final List<ManagedProcess> workers = new ArrayList<>();

  private StandaloneCluster(Distribution distribution, Path folder) {
    this.distribution = distribution;
    this.folder = folder;
    this.master =
        daemon(
            "master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
    try {
      this.masterUrl =
          master
              .awaitLine(Pattern.compile("Starting Spark master at (spark://\\S+)"), START_LIMIT)
              .group(1);
    } catch (AssertionError | RuntimeException e) {
      master.close();
      throw e;
    }
  }

  /**
   * Starts a cluster and returns when all its workers are registered.
   *
   * @param distribution what to start it from
   * @param folder an existing folder for logs and the executors' working folders
   * @param workers number of workers
   * @param coresEach task slots that each of them offers
   */
  public static StandaloneCluster start(
      Distribution distribution, Path folder, int workers, int coresEach) {
    StandaloneCluster cluster = new StandaloneCluster(distribution, folder);
    try {
      for (int i = 0; i < workers; i++) {
        cluster.startWorker(coresEach);
      }
      cluster.awaitRegistered();
      return cluster;
    } catch (AssertionError | RuntimeException e) {
      cluster.closeAfter(e);
      throw e;
    }
  }

  /** The URL to pass as {@code --master}. */
  public String masterUrl() {
    return masterUrl;
  }

  /** Starts one more worker without waiting for it; its index is the number of those before it. */
  public void startWorker(int cores) {
    String name = "worker-" + workers.size();
    workers.add(
        daemon(
            name,
            "worker.Worker",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--webui-port",
            "0",
            "--cores",
            Integer.toString(cores),
            "--work-dir",
            folder.resolve(name).toString(),
            masterUrl));
  }

  /** Waits until every live worker has been registered with the master. */
  public void awaitRegistered() {
    Pattern registered = Pattern.compile("Successfully registered with master");
    workers.stream()
        .filter(w -> w.handle().isAlive())
        .forEach(w -> w.awaitLine(registered, START_LIMIT));
  }

  /** {@code kill -9} of the master. */
  public void killMaster() {
    master.kill();
  }

  /** {@code kill -9} of one worker; its executors notice by themselves and end. */
  public void killWorker(int index) {
    workers.get(index).kill();
  }

  /** The executors that run now, over all workers, oldest first; {@code destroyForcibly} kills. */
  public List<ProcessHandle> executors() {
    Set<Long> daemons =
        Stream.concat(Stream.of(master), workers.stream())
            .map(p -> p.handle().pid())
            .collect(Collectors.toSet());
    return Leftovers.processesIn(folder).stream().filter(p -> !daemons.contains(p.pid())).toList();
  }

  /** Waits until exactly {@code count} executors run, and returns them, oldest first. */
  public List<ProcessHandle> awaitExecutors(int count, Duration limit) {
    return Awaitility.await(count + " executors run")
        .atMost(limit)
        .pollInterval(Duration.ofMillis(50))
        .until(this::executors, running -> running.size() == count);
  }

  /** The logs of master, workers and executors, each under its file's name. */
  public String logs() {
    try (Stream<Path> files = Files.walk(folder)) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.filter(StandaloneCluster::isLog).sorted().toList()) {
        all.append("== ").append(folder.relativize(file)).append('\n');
        all.append(Files.readString(file, StandardCharsets.UTF_8)).append('\n');
      }
      return all.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends every process of the cluster.
   *
   * @throws IllegalStateException if some did not end by themselves within two minutes; they have
   *     been killed then
   */
  @Override
  public void close() {
    Set<ProcessHandle> all = new HashSet<>(Leftovers.processesIn(folder));
    workers.forEach(ManagedProcess::close);
    master.close();
    all.addAll(Leftovers.processesIn(folder));
    try {
      Awaitility.await("all processes of the cluster end")
          .atMost(STOP_LIMIT)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    } catch (ConditionTimeoutException e) {
      List<ProcessHandle> left = all.stream().filter(ProcessHandle::isAlive).toList();
      left.forEach(ProcessHandle::destroyForcibly);
      throw new IllegalStateException(
          "killed processes that outlived their cluster: "
              + left.stream().map(p -> p.pid() + " " + p.info()).toList(),
          e);
    }
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private ManagedProcess daemon(String name, String mainClass, String... arguments) {
    return ManagedProcess.start(
        name,
        folder,
        distribution.environment(),
        distribution.java(
            List.of("-Xmx512m", distribution.verboseLogging()), PACKAGE + mainClass, arguments));
  }

  private static boolean isLog(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file)
        && (name.endsWith(".log") || name.equals("stdout") || name.equals("stderr"));
  }
}
