package io.trireme.driver.executor;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.IoUtil;
import org.jspecify.annotations.Nullable;
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

  /**
   * A process, told apart from later ones that get its id by when it started.
   *
   * @param startTicks ticks of the kernel's clock, which nobody sets, since the host started; 0 if
   *     that is not known
   */
  private record Owner(long pid, long startTicks) {
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})-(\\d{1,18})-.*");

    /** Fields of {@code /proc/PID/stat} behind the program's name, which may have blanks. */
    private static final int START_TICKS = 19;

    static Owner of(ProcessHandle process) {
      return new Owner(process.pid(), ticks(process.pid()));
    }

    private static long ticks(long pid) {
      try {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[START_TICKS]);
      } catch (IOException | RuntimeException e) {
        LOG.debug("no start time of process {}", pid, e);
        return 0;
      }
    }

    /** The owner that a folder's name tells, after the prefix; null if it tells none. */
    static @Nullable Owner named(String rest) {
      Matcher matcher = NAME.matcher(rest);
      return matcher.matches()
          ? new Owner(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
          : null;
    }

    String name() {
      return pid + "-" + startTicks + "-";
    }

    boolean isGone() {
      return ProcessHandle.of(pid).map(Owner::of).filter(this::isSame).isEmpty();
    }

    boolean isSame(Owner other) {
      return pid == other.pid
          && (startTicks == 0 || other.startTicks == 0 || startTicks == other.startTicks);
    }
  }

  /** The path of a folder that is used nowhere else; not made yet. */
  static File newFolder() {
    return newFolder(root());
  }

  static File newFolder(Path root) {
    String owner = Owner.of(ProcessHandle.current()).name();
    return root.resolve(prefix() + owner + UUID.randomUUID()).toFile();
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
    remove(root, Owner::isGone);
  }

  /** Removes the folders of this process, which must be about to end. */
  static void removeOwn() {
    removeOwn(root());
  }

  static void removeOwn(Path root) {
    Owner own = Owner.of(ProcessHandle.current());
    remove(root, own::isSame);
  }

  private static void remove(Path root, Predicate<Owner> which) {
    String prefix = prefix();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, prefix + "*")) {
      for (Path folder : folders) {
        Owner owner = Owner.named(folder.getFileName().toString().substring(prefix.length()));
        if (owner != null && which.test(owner)) {
          LOG.info("removing {} of process {}", folder, owner.pid());
          IoUtil.delete(folder.toFile(), true);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("could not look for left-over folders in {}: {}", root, e.toString());
    }
  }

  /** Bytes that can still be written there. */
  static long freeBytes() {
    return root().toFile().getUsableSpace();
  }
}
