package io.trireme.driver.executor;

import com.sun.management.OperatingSystemMXBean;
import io.trireme.worker.engine.EngineProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory that an executor's process may take, and where it takes it from.
 *
 * @param host name or address of the host
 * @param heapBytes the largest heap
 * @param nativeBytes the most that the engine lets the process take in all; 0 if it has no limit
 * @param container tells containers (or hosts, where there are none) apart
 * @param containerBytes memory of the container, or of the host
 * @param sharedFolder where shared memory is
 * @param sharedFileSystem tells file systems of shared memory apart, also those of different hosts
 * @param sharedFreeBytes what is free there
 */
public record HostMemory(
    String host,
    long heapBytes,
    long nativeBytes,
    String container,
    long containerBytes,
    String sharedFolder,
    String sharedFileSystem,
    long sharedFreeBytes) {

  /** What is free moves by some pages all the time. */
  private static final long ROUNDING = 1 << 20;

  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path GROUP = Path.of("/proc/self/cgroup");
  private static final Path GROUP_NAMESPACE = Path.of("/proc/self/ns/cgroup");

  /** Looks at this process. */
  public static HostMemory here(String host, EngineProvider engine) {
    String boot = read(BOOT, host);
    Path shared = SharedMemory.root();
    return new HostMemory(
        host,
        Runtime.getRuntime().maxMemory(),
        engine.nativeLimitBytes(),
        String.join(" ", boot, namespace(), read(GROUP, "")),
        // The JVM looks at the container's limit here, where there is one.
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        shared.toString(),
        boot + " " + device(shared),
        SharedMemory.freeBytes() / ROUNDING * ROUNDING);
  }

  private static String read(Path file, String otherwise) {
    try {
      return Files.isReadable(file) ? Files.readString(file).strip() : otherwise;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static String namespace() {
    try {
      return Files.isSymbolicLink(GROUP_NAMESPACE)
          ? Files.readSymbolicLink(GROUP_NAMESPACE).toString()
          : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + GROUP_NAMESPACE, e);
    }
  }

  private static String device(Path folder) {
    try {
      return String.valueOf(Files.getAttribute(folder, "unix:dev"));
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return folder.toString(); // not on Unix
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + folder, e);
    }
  }
}
