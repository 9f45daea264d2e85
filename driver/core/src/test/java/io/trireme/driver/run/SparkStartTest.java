package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.fixture.LocalSpark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(300)
@ExtendWith(LocalSpark.Stopped.class)
class SparkStartTest {

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static int deadPort() throws IOException {
    try (ServerSocket socket = listen()) {
      return socket.getLocalPort();
    }
  }

  @Test
  void namesAMasterThatNobodyListensAt() throws IOException {
    String master = "spark://127.0.0.1:" + deadPort();
    SparkConf conf = new SparkConf().setMaster(master).setAppName("unreachable");
    PreflightException refused =
        catchThrowableOfType(PreflightException.class, () -> SparkStart.open(conf).close());
    assertThat(refused.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.what()).isEqualTo("master " + master);
              assertThat(finding.seen()).contains("cannot be reached", "Connection refused");
              assertThat(finding.fix()).contains("start it", "--master");
            });
  }

  @Test
  void isContentWithOneOfSeveralMasters() throws IOException {
    try (ServerSocket alive = listen()) {
      String two = "spark://127.0.0.1:" + deadPort() + ",127.0.0.1:" + alive.getLocalPort();
      assertThatCode(() -> SparkStart.checkReachable(two)).doesNotThrowAnyException();
    }
  }

  @Test
  void asksNobodyForOtherMasters() {
    assertThatCode(() -> SparkStart.checkReachable("local[2]")).doesNotThrowAnyException();
    assertThatCode(() -> SparkStart.checkReachable("yarn")).doesNotThrowAnyException();
  }

  @Test
  void tellsWhatSparkSaysWhenItDoesNotStart() {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("broken")
            .set("spark.ui.enabled", "false")
            .set("spark.plugins", "io.trireme.NoSuchPlugin");
    PreflightException refused =
        catchThrowableOfType(PreflightException.class, () -> SparkStart.open(conf).close());
    assertThat(refused)
        .hasMessageStartingWith("Spark: no application on local[2]: ")
        .hasMessageContaining("NoSuchPlugin")
        .hasCauseInstanceOf(ClassNotFoundException.class);
  }
}
