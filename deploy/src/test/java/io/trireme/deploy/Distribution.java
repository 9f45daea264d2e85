package io.trireme.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The assembled distribution that the build left, and how to start a JVM from it.
 *
 * @param home the folder with {@code bin/}, {@code jars/} and {@code conf/}
 * @param launcher the script {@code deploy/bin/trireme} of the source tree
 * @param testJobs the jar of this module's test classes, to be submitted to Spark
 */
public record Distribution(Path home, Path launcher, Path testJobs) {

  /**
   * The one of this build.
   *
   * @throws IllegalStateException if the build has not made it
   */
  public static Distribution ofBuild() {
    return new Distribution(
        existing("trireme.distribution"),
        existing("trireme.launcher"),
        existing("trireme.testJobs"));
  }

  /**
   * The command of a JVM with the distribution's class path and options.
   *
   * @param options further options of the JVM
   * @param mainClass what to run
   * @param arguments its arguments
   */
  public List<String> java(List<String> options, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("conf/jvm.options"));
    // Short lives on few cores: little compilation, few threads.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.add("-cp");
    command.add(home.resolve("conf") + ":" + home.resolve("jars") + "/*");
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  /** The environment of a JVM of Spark that runs from the distribution, on 127.0.0.1. */
  public Map<String, String> environment() {
    return Map.of(
        "SPARK_HOME",
        home.toString(),
        "SPARK_SCALA_VERSION",
        "2.12",
        "SPARK_LOCAL_IP",
        "127.0.0.1",
        "JAVA_HOME",
        System.getProperty("java.home"));
  }

  /** The option that makes a JVM log what it does, rather than warnings only. */
  public String verboseLogging() {
    return "-Dlog4j2.configurationFile=" + home.resolve("conf/log4j2-daemons.properties");
  }

  private static Path existing(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalStateException(
          property + " is not set; run these tests with Maven: mvn -pl deploy -am verify");
    }
    Path path = Path.of(value);
    if (!Files.exists(path)) {
      throw new IllegalStateException(
          path + " (" + property + ") is missing; these tests run after the package phase");
    }
    return path;
  }
}
