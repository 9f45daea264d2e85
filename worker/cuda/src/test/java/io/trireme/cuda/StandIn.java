package io.trireme.cuda;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;

/**
 * The driver's stand-in for tests: the same kernels, compiled by g++, run on the CPU. Built once
 * for a JVM; a test without g++ is skipped.
 */
public final class StandIn {
  /** What the stand-in's library has for tests. */
  public interface Control extends Library {
    int standinUse(String library);

    void standinPlant(int mistake);

    void standinOrder(int order);

    void standinFail(long call, int code);

    String standinFailed();

    long standinCalls();

    long standinLive();

    void standinMemory(long bytes);

    void standinDevice(int devices, int major, int minor, int version);
  }

  private static final Path MODULE = module();
  private static final Path SOURCES = MODULE.resolve("src/test/cuda");
  private static final Path TEXTS = MODULE.resolve("src/main/resources/io/trireme/cuda");
  private static final Path FOLDER = MODULE.resolve("target/standin");

  private StandIn() {}

  /** This module's folder, from the folder of any module whose tests run. */
  private static Path module() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      for (Path module : List.of(at, at.resolve("worker/cuda"))) {
        if (Files.exists(module.resolve("src/test/cuda/build.sh"))) {
          return module;
        }
      }
    }
    throw new IllegalStateException("no worker/cuda above " + Path.of("").toAbsolutePath());
  }

  /** Makes the stand-in this JVM's driver, with the true kernels, and gives its controls. */
  public static Control use() throws IOException, InterruptedException {
    Assumptions.assumeTrue(found("g++"), "g++ is absent: apt-get install g++");
    Path kernels = build();
    Path driver = FOLDER.resolve("libcuda.so.1");
    System.setProperty("trireme.cuda.driver", driver.toString());
    Control control = Native.load(driver.toString(), Control.class);
    int code = control.standinUse(kernels.toString());
    if (code != 0) {
      throw new IllegalStateException("standinUse " + kernels + ": " + code);
    }
    control.standinPlant(0);
    control.standinOrder(0);
    control.standinMemory(1L << 34);
    control.standinDevice(1, 9, 0, 13000);
    control.standinFail(-1, 0);
    return control;
  }

  /** The kernels, compiled unless they are there already and newer than every source. */
  private static synchronized Path build() throws IOException, InterruptedException {
    Path library = FOLDER.resolve("kernels.so");
    if (Files.exists(library) && Files.getLastModifiedTime(library).toMillis() > newest()) {
      return library;
    }
    Files.deleteIfExists(FOLDER.resolve("libcuda.so.1"));
    run(
        List.of(
            "bash", SOURCES.resolve("build.sh").toString(), TEXTS.toString(), FOLDER.toString()));
    return library;
  }

  private static long newest() throws IOException {
    long newest = 0;
    for (Path folder : List.of(SOURCES, MODULE.resolve("src/main/cuda"))) {
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
        }
      }
    }
    return newest;
  }

  /** Runs a command to its end. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%s ended with %d:%n%s", command, code, output));
    }
    return output;
  }

  /** Whether a program is on the path. */
  public static boolean found(String program) {
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
