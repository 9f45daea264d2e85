package io.trireme.driver.executor;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.LongPredicate;
import org.agrona.IoUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of media drivers: on the memory file system where there is one, named after the
 * process that owns them.
 */
final class SharedMemory {

  private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);
  private static final Path MEMORY_FILE_SYSTEM = Path.of("/dev/shm");
  private static final Path PID_NAMESPACE = Path.of("/proc/self/ns/pid");
  private static final String PREFIX = "trireme-";

  private SharedMemory() {}

  /** Where folders are made. */
  static Path root() {
    return Files.isWritable(MEMORY_FILE_SYSTEM)
        ? MEMORY_FILE_SYSTEM
        : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** The path of a folder that is used nowhere else; not made yet. */
  static File newFolder() {
    return root()
        .resolve(prefix() + ProcessHandle.current().pid() + "-" + UUID.randomUUID())
        .toFile();
  }

  /**
   * Folders of this process's user can only be told from others' inside one namespace of process
   * ids.
   */
  private static String prefix() {
    try {
      String namespace = Files.readSymbolicLink(PID_NAMESPACE).toString();
      return PREFIX + namespace.replaceAll("[^0-9]", "") + "-";
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("no namespace of process ids here", e);
      return PREFIX + "0-";
    }
  }

  /** Removes the folders of processes that are gone, such as killed executors. */
  static void sweep() {
    sweep(root());
  }

  static void sweep(Path root) {
    remove(root, pid -> ProcessHandle.of(pid).isEmpty());
  }

  /** Removes the folders of this process, which must be about to end. */
  static void removeOwn() {
    long own = ProcessHandle.current().pid();
    remove(root(), pid -> pid == own);
  }

  private static void remove(Path root, LongPredicate owner) {
    String prefix = prefix();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, prefix + "*")) {
      for (Path folder : folders) {
        String pid = folder.getFileName().toString().substring(prefix.length()).split("-", 2)[0];
        if (pid.matches("\\d{1,18}") && owner.test(Long.parseLong(pid))) {
          LOG.info("removing {}, left by process {}", folder, pid);
          IoUtil.delete(folder.toFile(), true);
        }
      }
    } catch (IOException e) {
      LOG.warn("could not look for left-over folders in {}: {}", root, e.toString());
    }
  }

  /** Bytes that can still be written there. */
  static long freeBytes() {
    return root().toFile().getUsableSpace();
  }
}
