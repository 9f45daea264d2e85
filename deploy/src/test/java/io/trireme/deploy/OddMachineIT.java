package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.deploy.TriremeProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that are set up in other ways than a developer's: they get the same data, or one line
 * that says what is in the way.
 */
@Timeout(1800)
class OddMachineIT {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String JOB =
      """
      job: odd
      model: { zoo: mlp }
      data: { format: digits, train: { examples: 30 } }
      batch: { size: 10, slots: 1 }
      optimizer: { sgd: { learningRate: 0.1 } }
      """;

  /** Where every machine has these data: the fingerprint is the same, and so are the digits. */
  private static final Path SHARD = Path.of("9ba72d8411c50979", "train", "shard-00000-00000.arrow");

  private final Distribution distribution = Distribution.ofBuild();

  @TempDir Path folder;

  @BeforeEach
  void writeJob() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(folder.resolve("job.yaml"), JOB);
  }

  /** As in a container that runs under any id, with a folder of its own and nothing else. */
  @Test
  void aUserWithoutNameHomeAndWritableFolder() throws Exception {
    needs("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "true");
    needs("setpriv", "--reuid=54321", "test", "-x", distribution.launcher().toString());
    Path here = Files.createDirectory(folder.resolve("read-only"));
    Files.copy(folder.resolve("job.yaml"), here.resolve("job.yaml"));

    Result result =
        prepare(
            here,
            List.of("env", "-u", "HOME", "setpriv", "--reuid=54321", "--regid=54321"),
            Map.of(),
            folder.resolve("out"));

    assertPrepared(result, folder.resolve("out"));
    assertThat(result.err()).contains("no log file, since " + here + "/.trireme cannot be written");
    try (Stream<Path> left = Files.list(here)) {
      assertThat(left).containsExactly(here.resolve("job.yaml"));
    }
  }

  @Test
  void theUmaskHoldsForAllThatIsWritten() throws Exception {
    Result result =
        prepare(
            folder,
            List.of("sh", "-c", "umask 077; exec \"$0\" \"$@\""),
            Map.of(),
            folder.resolve("out"));
    assertPrepared(result, folder.resolve("out"));
    try (Stream<Path> made =
        Stream.concat(Files.walk(folder.resolve("out")), Files.walk(folder.resolve(".trireme")))) {
      assertThat(made)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .as(file.toString())
                      .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }
  }

  @Test
  void neitherLocaleNorLanguageNorNamesDecide() throws Exception {
    for (String language : List.of("ar", "tr")) {
      Path out = folder.resolve("a b#c%20d ü:x ıİ " + language);
      Result result =
          prepare(
              folder,
              List.of(),
              Map.of(
                  "LC_ALL",
                  "C",
                  "JDK_JAVA_OPTIONS",
                  "-Duser.language=" + language + " -Duser.timezone=Pacific/Kiritimati"),
              out);
      assertPrepared(result, out);
      assertThat(result.out()).contains("prepared 30 training examples in file:" + out);
    }
  }

  @Test
  void aHostWhoseNameDoesNotResolveAndThatHasNoNetwork() throws Exception {
    needs("unshare", "-n", "-u", "ip", "link", "set", "lo", "up");
    Result result =
        prepare(
            folder,
            List.of(
                "unshare",
                "-n",
                "-u",
                "sh",
                "-c",
                "hostname no-such-host.invalid; ip link set lo up; exec \"$0\" \"$@\""),
            Map.of(),
            folder.resolve("out"));
    assertPrepared(result, folder.resolve("out"));
    assertThat(result.err()).doesNotContain("UnknownHostException");
  }

  @Test
  void aHostWithoutLoopbackIsToldInOneLine() throws Exception {
    needs("unshare", "-n", "true");
    Result result = prepare(folder, List.of("unshare", "-n"), Map.of(), folder.resolve("out"));
    assertThat(result.exitCode()).as(result::err).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .containsOnlyOnce("trireme: ")
        .contains("trireme: loopback address 127.0.0.1: ", "; bring it up");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aFullDiskIsToldInOneLine() throws Exception {
    needs("unshare", "-m", "true");
    Path small = Files.createDirectory(folder.resolve("small"));
    Result result =
        prepare(
            folder,
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o size=16k none '" + small + "'; exec \"$0\" \"$@\""),
            Map.of(),
            small.resolve("out"));
    assertThat(result.exitCode()).as(result::err).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines().filter(line -> line.startsWith("trireme: ")))
        .singleElement()
        .asString()
        .contains("No space left on device");
  }

  private Result prepare(Path here, List<String> before, Map<String, String> environment, Path out)
      throws IOException {
    List<String> words = new ArrayList<>(before);
    words.add(distribution.launcher().toString());
    words.addAll(List.of("prepare", "job.yaml", "--master=local[1]", "--set"));
    words.add("output.dir=" + out);
    Map<String, String> all = new java.util.HashMap<>(Map.of("MASTER", "", "SPARK_HOME", ""));
    all.putAll(environment);
    return TriremeProcess.run(
        Path.of("/usr/bin/env"), here, all, LIMIT, words.toArray(String[]::new));
  }

  private static void assertPrepared(Result result, Path out) {
    assertThat(result.exitCode()).as(result::err).isZero();
    assertThat(result.out()).startsWith("prepared 30 training examples in ").hasLineCount(1);
    assertThat(out.resolve("data").resolve(SHARD)).exists();
  }

  /** Skips a test where this user may not do, or this system has not, what it takes. */
  private static void needs(String... command) throws Exception {
    boolean there;
    try {
      there = new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      there = false;
    }
    Assumptions.assumeTrue(there, "cannot do here: " + Arrays.toString(command));
  }
}
