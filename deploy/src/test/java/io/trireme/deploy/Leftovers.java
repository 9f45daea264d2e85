package io.trireme.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a run may leave behind: processes, and files in shared memory. Knows Linux only. */
public final class Leftovers {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private Leftovers() {}

  /**
   * The live processes that run in {@code folder} or below, oldest first. Spark starts an executor
   * in a folder of its own, so this finds it even when the worker that started it is dead.
   */
  public static List<ProcessHandle> processesIn(Path folder) {
    Path root = real(folder);
    return ProcessHandle.allProcesses()
        .filter(ProcessHandle::isAlive)
        .filter(p -> workingFolder(p).filter(f -> f.startsWith(root)).isPresent())
        .sorted(Leftovers::olderFirst)
        .toList();
  }

  /** The names of all files in shared memory. */
  public static Set<String> sharedMemory() {
    if (!Files.isDirectory(SHARED_MEMORY)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
      return new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The names of files in shared memory that are not in {@code before} and that no live process has
   * mapped: what others on this machine are using does not count.
   */
  public static Set<String> abandonedSharedMemory(Set<String> before) {
    Set<String> fresh = new TreeSet<>(sharedMemory());
    fresh.removeAll(before);
    if (!fresh.isEmpty()) {
      fresh.removeAll(mappedSharedMemory());
    }
    return fresh;
  }

  private static Set<String> mappedSharedMemory() {
    String prefix = SHARED_MEMORY + "/";
    Set<String> mapped = new HashSet<>();
    ProcessHandle.allProcesses()
        .flatMap(p -> lines(Path.of("/proc", Long.toString(p.pid()), "maps")))
        .forEach(
            line -> {
              int at = line.indexOf(prefix);
              if (at >= 0) {
                String path = line.substring(at + prefix.length());
                int end = path.indexOf('/');
                mapped.add(end < 0 ? path : path.substring(0, end));
              }
            });
    return mapped;
  }

  /** The lines of a file of /proc; none where its process has ended or is another user's. */
  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private static Optional<Path> workingFolder(ProcessHandle process) {
    try {
      return Optional.of(
          Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static int olderFirst(ProcessHandle a, ProcessHandle b) {
    return Long.compare(a.pid(), b.pid());
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
