package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.deploy.TriremeProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script itself, up to the moment where it hands over to Spark; a fake Spark says what it got.
 */
@Timeout(1200)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a bash script")
class LauncherIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Distribution distribution = Distribution.ofBuild();

  @TempDir Path folder;

  @Test
  void submitsWithTheSparkOfSparkHomeWhatThatSparkDoesNotShip() throws Exception {
    Path spark =
        fakeSpark("spark-core_2.12-3.5.1.jar", "jackson-core-2.15.2.jar", "guava-14.0.1.jar");

    Result result = run(Map.of("SPARK_HOME", spark.toString()), "train", "a job.yaml");

    assertThat(result.exitCode()).as(result::err).isEqualTo(7);
    List<String> arguments = result.out().lines().toList();
    String jars = arguments.get(arguments.indexOf("--jars") + 1);
    assertThat(jars)
        .contains("/nd4j-native-", "/trireme-worker-", "/jackson-databind-")
        .contains("/guava-1.0.0-M")
        .doesNotContain("/spark-core_", "/jackson-core-", "/guava-16");
    assertThat(arguments)
        .contains("spark.plugins=io.trireme.driver.spark.TriremePlugin")
        .anyMatch(a -> a.startsWith("spark.executor.defaultJavaOptions=--add-opens="))
        .endsWith("train", "a job.yaml");
    assertThat(arguments.get(arguments.indexOf("--class") + 1))
        .isEqualTo("io.trireme.driver.cli.Main");
  }

  @Test
  void theMasterComesFromTheArgumentsBeforeTheEnvironment() throws Exception {
    Map<String, String> environment =
        Map.of("SPARK_HOME", fakeSpark("spark-core_2.12-3.5.1.jar").toString(), "MASTER", "yarn");

    assertThat(masterOf(run(environment, "doctor"))).isEqualTo("yarn");
    assertThat(masterOf(run(environment, "train", "--master", "spark://h:1", "job.yaml")))
        .isEqualTo("spark://h:1");
    assertThat(masterOf(run(environment, "train", "job.yaml", "--master=local[3]")))
        .isEqualTo("local[3]");
  }

  @Test
  void aMasterThatIsNoneEndsWithOneLine() throws Exception {
    Result result = run(Map.of(), "train", "job.yaml", "--master", "foo");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("trireme: master foo: is no Spark master; expected local[N]")
        .hasLineCount(1);
  }

  @Test
  void worksThroughASymbolicLinkInAFolderWithSpaces() throws Exception {
    Path link = Files.createDirectory(folder.resolve("a b")).resolve("my trireme");
    Files.createSymbolicLink(link, distribution.launcher());
    Map<String, String> environment =
        Map.of("SPARK_HOME", fakeSpark("spark-core_2.12-3.5.1.jar").toString());

    Result result = TriremeProcess.run(link, folder, environment, LIMIT, "train", "job.yaml");

    assertThat(result.exitCode()).as(result::err).isEqualTo(7);
    assertThat(result.out()).contains("cwd=" + folder.toRealPath());
  }

  @Test
  void furtherOptionsAreSplitAndUnquotedAsByAShellThatRunsNothing() throws Exception {
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            fakeSpark("spark-core_2.12-3.5.1.jar").toString(),
            "TRIREME_SUBMIT_OPTIONS",
            "--conf \"spark.a=two words\" --conf 'spark.b=$(touch ran) *' --name a\\ b");

    assertThat(run(environment, "train", "job.yaml").out().lines())
        .contains("spark.a=two words", "spark.b=$(touch ran) *", "a b");
    assertThat(folder.resolve("ran")).doesNotExist();
    assertInTheWay(
        Map.of("TRIREME_SUBMIT_OPTIONS", "--conf \"spark.a=two words"), "quote without its other");
  }

  @Test
  void theUsersOwnSettingsHoldBesideTriremes() throws Exception {
    Path spark = fakeSpark("spark-core_2.12-3.5.1.jar");
    Path file = Files.createDirectory(spark.resolve("conf")).resolve("spark-defaults.conf");
    Files.writeString(
        file,
        """
        # of the cluster
        spark.plugins = my.Plugin
        spark.executor.memory: 7g
        spark.executorEnv.OMP_NUM_THREADS   2
        spark.driver.memory 3g
        spark.driver.extraJavaOptions  -Dx=1 -Dy=2
        """);
    Map<String, String> ofSpark = Map.of("SPARK_HOME", spark.toString(), "OMP_NUM_THREADS", "");
    Map<String, String> given =
        Map.of(
            "SPARK_HOME",
            fakeSpark("spark-core_2.12-3.5.1.jar").toString(),
            "OMP_NUM_THREADS",
            "",
            "TRIREME_SUBMIT_OPTIONS",
            "--properties-file '" + file + "'");
    for (Map<String, String> environment : List.of(ofSpark, given)) {
      List<String> arguments = run(environment, "train", "job.yaml").out().lines().toList();
      assertThat(arguments)
          .contains("spark.plugins=my.Plugin,io.trireme.driver.spark.TriremePlugin")
          .contains("spark.executorEnv.OMP_NUM_THREADS=2", "spark.executor.memoryOverhead=3g")
          .doesNotContain("spark.executor.memory=2g", "spark.executorEnv.OMP_NUM_THREADS=1");
      assertThat(arguments.get(arguments.indexOf("--driver-memory") + 1)).isEqualTo("3072m");
      assertThat(arguments.get(arguments.indexOf("--driver-java-options") + 1))
          .startsWith("--add-opens=")
          .endsWith(" -Dx=1 -Dy=2");
    }
    assertInTheWay(
        Map.of("SPARK_HOME", spark.toString(), "OMP_NUM_THREADS", "4"),
        "OMP_NUM_THREADS is 4",
        "spark-defaults.conf says spark.executorEnv.OMP_NUM_THREADS 2");
    assertInTheWay(
        Map.of("TRIREME_SUBMIT_OPTIONS", "--properties-file /nowhere.conf"), "/nowhere.conf");
    assertInTheWay(
        Map.of("TRIREME_SUBMIT_OPTIONS", "--driver-memory 1g"), "set TRIREME_DRIVER_MEMORY");
  }

  @Test
  void aLocaleWithoutLettersBecomesUtf8() throws Exception {
    String spark = fakeSpark("spark-core_2.12-3.5.1.jar").toString();
    for (String locale : List.of("", "C", "POSIX", "de_DE.UTF-8")) {
      Map<String, String> environment =
          Map.of("SPARK_HOME", spark, "LC_ALL", locale, "LC_CTYPE", "", "LANG", "");
      assertThat(run(environment, "train", "job.yaml").out().lines())
          .as(locale)
          .contains("LC_ALL=" + (locale.startsWith("de") ? locale : "C.UTF-8"));
    }
  }

  @Test
  void saysWhatIsWrongWithTheEnvironment() throws Exception {
    Map<String, String> wrongSpark =
        Map.of("SPARK_HOME", fakeSpark("spark-core_2.13-4.0.0.jar").toString());
    Path java11 = fakeJava("11.0.2");

    assertFails(wrongSpark, "SPARK_HOME holds spark-core_2.13-4.0.0.jar", "Scala 2.12");
    assertFails(Map.of("SPARK_HOME", "/nowhere"), "/nowhere", "bin/spark-submit", "unset");
    assertFails(Map.of("JAVA_HOME", "/nowhere"), "JAVA_HOME is /nowhere", "Java 17");
    assertFails(Map.of("JAVA_HOME", java11.toString()), "needs Java 17", "is Java 11");
    assertFails(Map.of("TRIREME_DRIVER_MEMORY", "lots"), "TRIREME_DRIVER_MEMORY", "lots", "4g");
  }

  private void assertFails(Map<String, String> environment, String... words) {
    Result result = run(environment, "train", "job.yaml");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).startsWith("trireme: ").contains(words).hasLineCount(1);
  }

  private void assertInTheWay(Map<String, String> environment, String... words) {
    Result result = run(environment, "train", "job.yaml");
    assertThat(result.exitCode()).as(result::err).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("trireme: ").contains(words).hasLineCount(1);
  }

  private Result run(Map<String, String> environment, String... arguments) {
    Map<String, String> all = new HashMap<>(Map.of("MASTER", "", "SPARK_HOME", ""));
    all.putAll(environment);
    return TriremeProcess.run(distribution.launcher(), folder, all, LIMIT, arguments);
  }

  private static String masterOf(Result result) {
    List<String> arguments = result.out().lines().toList();
    return arguments.get(arguments.indexOf("--master") + 1);
  }

  /**
   * A folder like Spark's whose spark-submit prints its arguments, a line each, and exits with 7.
   */
  private Path fakeSpark(String... jars) throws Exception {
    Path spark = Files.createTempDirectory(folder, "spark");
    Files.createDirectory(spark.resolve("jars"));
    for (String jar : jars) {
      Files.createFile(spark.resolve("jars").resolve(jar));
    }
    script(
        spark.resolve("bin/spark-submit"),
        "echo \"cwd=$PWD\"; echo \"LC_ALL=$LC_ALL\"; printf '%s\\n' \"$@\"; exit 7");
    return spark;
  }

  private Path fakeJava(String version) throws Exception {
    Path home = Files.createTempDirectory(folder, "java");
    script(home.resolve("bin/java"), "echo 'openjdk version \"" + version + "\"' >&2");
    return home;
  }

  private static void script(Path file, String body) throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
