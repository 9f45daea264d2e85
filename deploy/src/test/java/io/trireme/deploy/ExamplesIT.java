package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The project in {@code deploy/examples}, compiled and run as a program of its own against the jars
 * that the build made. A build inside the build would need a repository of its own; the example's
 * pom names the same jars.
 */
@Timeout(1200)
class ExamplesIT {

  /** What Spark's own launcher opens of Java 17; a program that starts Spark itself gives it. */
  private static final List<String> SPARKS_OPTIONS =
      Stream.of(
              "java.lang",
              "java.lang.invoke",
              "java.lang.reflect",
              "java.io",
              "java.net",
              "java.nio",
              "java.util",
              "java.util.concurrent",
              "java.util.concurrent.atomic",
              "jdk.internal.ref",
              "sun.nio.ch",
              "sun.nio.cs",
              "sun.security.action",
              "sun.util.calendar")
          .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
          .toList();

  @TempDir Path folder;

  /** Each jar by its name: javac's own launcher would expand a star, its interface does not. */
  private static String jars(Distribution distribution) throws IOException {
    try (Stream<Path> jars = Files.list(distribution.home().resolve("jars"))) {
      return jars.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
    }
  }

  private Path compile(Distribution distribution) throws IOException {
    Path sources = distribution.launcher().resolveSibling("../examples/src/main/java").normalize();
    Path classes = Files.createDirectories(folder.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files =
            compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        Stream<Path> all = Files.walk(sources)) {
      List<Path> java = all.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(java).isNotEmpty();
      List<String> options =
          List.of(
              "--release", "17", "-proc:none", "-d", classes.toString(), "-cp", jars(distribution));
      boolean compiled =
          compiler
              .getTask(
                  problems, files, null, options, null, files.getJavaFileObjectsFromPaths(java))
              .call();
      assertThat(compiled).as(problems.toString()).isTrue();
    }
    return classes;
  }

  @Test
  void aProgramTrainsInASessionOfItsOwn() throws IOException, InterruptedException {
    Distribution distribution = Distribution.ofBuild();
    Path classes = compile(distribution);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(SPARKS_OPTIONS);
    command.addAll(
        List.of(
            "-cp",
            classes + ":" + distribution.home().resolve("jars") + "/*",
            "io.trireme.examples.TrainDigits",
            folder.resolve("runs").toString()));
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().putAll(distribution.environment());
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(15, TimeUnit.MINUTES)).as(Files.readString(out)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    assertThat(Files.readString(out)).contains("step 120: loss", "trained ", ", accuracy ");
    assertThat(folder.resolve("runs/example-digits")).isDirectoryContaining("glob:**/model.zip");
  }
}
