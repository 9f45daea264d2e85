package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

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

    long nanoTime() {
      return TimeUnit.SECONDS.toNanos(now.getEpochSecond());
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
        LeaseKeeper.acquire(
            fs, new org.apache.hadoop.fs.Path(dir.toUri()), clock, clock::nanoTime, line -> {})) {
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
      clock.now = clock.now.plusSeconds(40);
      lease.check(); // It may only have been asleep.
      clock.now = clock.now.plusSeconds(15);
      assertThatThrownBy(lease::check)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("could not be renewed for 55 s");
      fs.answers.countDown();
      committing.join();
    }
  }

  @Test
  void threadThatWasInterruptedLetsGoAllTheSame() throws Exception {
    FileSystem fs = FileSystem.getLocal(new Configuration(false)).getRaw();
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(dir.toUri());
    Hand clock = new Hand();
    LeaseKeeper first = LeaseKeeper.acquire(fs, folder, clock, clock::nanoTime, line -> {});
    Thread.currentThread().interrupt();
    first.close();
    assertThat(Thread.interrupted()).as("still known").isTrue();
    try (LeaseKeeper next =
        LeaseKeeper.acquire(fs, folder, clock, clock::nanoTime, line -> fail(line))) {
      assertThat(next.token()).isEqualTo(2);
    }
  }
}
