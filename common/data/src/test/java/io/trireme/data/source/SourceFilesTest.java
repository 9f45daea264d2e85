package io.trireme.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.BadDataException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFilesTest {
  private final Configuration configuration = new Configuration();

  @TempDir Path folder;

  @Test
  void aFileWithAnOddNameIsThere() throws IOException {
    for (String name : new String[] {"a b", "a#b", "a%20b", "ü", "a\"b", "a+b", "a&b"}) {
      Path file = Files.writeString(folder.resolve(name), "x");
      assertThat(SourceFiles.missing("key", file.toString(), configuration)).isEmpty();
      assertThat(SourceFiles.sum("key", file.toString(), configuration).lengthBytes()).isOne();
    }
  }

  /** Reading it would wait for ever. */
  @Test
  void aPipeIsNoFile() throws Exception {
    Path pipe = folder.resolve("pipe");
    int code;
    try {
      code = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor();
    } catch (IOException e) {
      code = -1;
    }
    Assumptions.assumeTrue(code == 0, "there is no mkfifo here");
    assertThat(SourceFiles.missing("data.train.images", pipe.toString(), configuration))
        .hasValueSatisfying(
            problem -> assertThat(problem.problem()).contains(pipe.toString(), "is a pipe"));
  }

  @Test
  void aFileSystemWithoutItsClassesIsToldWithTheAddress() {
    configuration.set("fs.far.impl", "far.away.FileSystem");
    assertThat(SourceFiles.missing("data.train.images", "far://bucket/x", configuration))
        .hasValueSatisfying(
            problem ->
                assertThat(problem.problem())
                    .contains("far://bucket/x cannot be reached", "far.away.FileSystem")
                    .doesNotContain("\n"));
  }

  @Test
  void aServerThatDoesNotAnswerIsToldWithTheAddress() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    String address = "http://127.0.0.1:" + closed + "/x";
    assertThatThrownBy(() -> SourceFiles.sum("data.train.images", address, configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            address, "cannot be read", "Connection refused", "correct data.train.images");
  }
}
