package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.checkpoint.LeaseLostException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaseKeeperTest {

  @TempDir Path dir;

  /** A file system that does not answer once it is told so, as one whose server is away. */
  private static final class Hanging extends FilterFileSystem {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private volatile boolean hangs;

    Hanging(FileSystem fs) {
      super(fs);
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
      if (hangs) {
        asked.countDown();
        try {
          answers.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return super.listStatus(path);
    }
  }

  private static final class Hand extends Clock {
    private volatile Instant now = Instant.ofEpochSecond(1_000);

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void knowsThatItsTimeIsOverWhileTheFileSystemHangs() throws Exception {
    LocalFileSystem local = FileSystem.getLocal(new Configuration(false));
    Hanging fs = new Hanging(local.getRaw());
    Hand clock = new Hand();
    try (LeaseKeeper lease =
        LeaseKeeper.acquire(fs, new org.apache.hadoop.fs.Path(dir.toUri()), clock, line -> {})) {
      fs.hangs = true;
      Thread committing =
          new Thread(
              () -> {
                try {
                  lease.ensure();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      committing.setUncaughtExceptionHandler((thread, failure) -> {});
      committing.setDaemon(true);
      committing.start();
      assertThat(fs.asked.await(10, TimeUnit.SECONDS)).isTrue();
      lease.check();
      clock.now = clock.now.plusSeconds(15);
      assertThatThrownBy(lease::check)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("was not renewed before it ended");
      fs.answers.countDown();
      committing.join();
    }
  }
}
