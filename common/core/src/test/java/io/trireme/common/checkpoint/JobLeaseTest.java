package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.checkpoint.JobLease.Held;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobLeaseTest {
  private static final Duration LENGTH = Duration.ofSeconds(10);

  @TempDir Path dir;
  private final Hand clock = new Hand();
  private FailingStore store;
  private int drivers;

  @BeforeEach
  void open() throws IOException {
    store = new FailingStore();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  /** A clock that is moved by hand. */
  private static final class Hand extends Clock {
    private long nowMs = 1_700_000_000_000L;
    private long nowNs = 5;

    void advance(long seconds) {
      step(seconds);
      nowNs += TimeUnit.SECONDS.toNanos(seconds);
    }

    /** It is set, while no time passes. */
    void step(long seconds) {
      nowMs += seconds * 1000;
    }

    long nanoTime() {
      return nowNs;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(nowMs);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private JobLease driver() {
    return driver(dir);
  }

  private JobLease driver(Path folder) {
    drivers++;
    return new JobLease(
        store,
        new org.apache.hadoop.fs.Path(folder.resolve(JobLease.NAME).toUri()),
        clock,
        clock::nanoTime,
        LENGTH,
        "host" + drivers,
        drivers,
        new Random(drivers));
  }

  private static Held held(JobLease.Outcome outcome) {
    return Objects.requireNonNull(outcome.held(), outcome.toString());
  }

  @Test
  void refusesASecondDriverWhileTheFirstLives() throws IOException {
    Held first = held(driver().tryAcquire());
    JobLease second = driver();
    for (int renewals = 0; renewals < 5; renewals++) {
      clock.advance(8);
      JobLease.Outcome refused = second.tryAcquire();
      assertThat(refused.held()).isNull();
      assertThat(refused.holder()).isEqualTo("process 1 on host host1 until " + first.expiresAt());
      assertThat(refused.retryAt()).isEqualTo(first.expiresAt());
      first.renew();
      first.ensure();
    }
  }

  @Test
  void takesOverWhenTheFirstOnesLeaseEnds() throws IOException {
    Held first = held(driver().tryAcquire());
    first.renew();
    JobLease second = driver();
    clock.advance(9);
    assertThat(second.tryAcquire().held()).isNull();
    clock.advance(1);
    Held taken = held(second.tryAcquire());
    assertThat(taken.token()).isEqualTo(first.token() + 1);
    assertThatThrownBy(first::ensure).isInstanceOf(LeaseLostException.class);
    assertThatThrownBy(first::renew).isInstanceOf(LeaseLostException.class);
    taken.ensure();
    first.release();
    taken.renew();
    assertThat(driver().tryAcquire().held()).isNull();
  }

  /** A driver that was asleep has the job again, under another token, unless another took it. */
  @Test
  void takesTheNextTokenAfterAPauseInWhichNobodyTookIt() throws IOException {
    Held held = held(driver().tryAcquire());
    held.renew();
    clock.advance(40);
    held.ensure();
    assertThat(held.token()).isEqualTo(2);
    assertThat(driver().tryAcquire().held()).isNull();
    held.renew();
    clock.advance(9);
    assertThat(driver().tryAcquire().held()).isNull();
    clock.advance(2);
    Held other = held(driver().tryAcquire());
    assertThat(other.token()).isEqualTo(3);
    clock.advance(40);
    assertThatThrownBy(held::renew)
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("token 3 is there, expected 2")
        .hasMessageEndingWith("this driver (process 1 on host host1) must stop");
    other.renew();
    assertThat(other.token()).isEqualTo(4);
  }

  /** Two that were asleep wake up: one of them has the job, whoever is first at the files. */
  @Test
  void ofTwoThatWerePausedOneHasItAgain() throws IOException {
    Held first = held(driver().tryAcquire());
    clock.advance(11);
    Held second = held(driver().tryAcquire());
    clock.advance(40);
    assertThatThrownBy(first::ensure).isInstanceOf(LeaseLostException.class);
    second.ensure();
    assertThat(second.token()).isEqualTo(3);
  }

  @Test
  void clockThatIsSetEndsNoLeaseForItsHolder() throws IOException {
    Held held = held(driver().tryAcquire());
    clock.step(3600);
    held.ensure();
    assertThat(held.token()).isEqualTo(1);
    held.renew();
    assertThat(driver().tryAcquire().held()).isNull();
    clock.step(-7200);
    held.renew();
    held.ensure();
    assertThat(held.token()).isEqualTo(1);
  }

  @Test
  void letsGo() throws IOException {
    Held first = held(driver().tryAcquire());
    first.renew();
    first.renew();
    first.release();
    assertThatThrownBy(first::ensure).isInstanceOf(LeaseLostException.class);
    Held second = held(driver().tryAcquire());
    assertThat(second.token()).isEqualTo(2);
    try (var files = Files.list(dir.resolve(JobLease.NAME))) {
      assertThat(files).hasSize(1);
    }
  }

  /** As on an object store, where two may create the claim: the later writer wins. */
  @Test
  void losesAClaimThatWasWrittenOver() throws IOException {
    Held first = held(driver().tryAcquire());
    first.renew();
    LeaseRecord other = new LeaseRecord(1, "other", "far", 9, clock.millis() + LENGTH.toMillis());
    Files.write(dir.resolve(JobLease.NAME).resolve("token-000000000001.claim"), other.encode());
    assertThatThrownBy(first::ensure)
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("it is held by process 9 on host far");
  }

  @Test
  void aClaimThatWasCutOffHoldsForTheLengthOfALeaseFromWhenItWasSeen() throws IOException {
    Path folder = Files.createDirectories(dir.resolve(JobLease.NAME));
    Files.write(folder.resolve("token-000000000004.claim"), new byte[] {'{'});
    JobLease driver = driver();
    JobLease.Outcome refused = driver.tryAcquire();
    assertThat(refused.held()).isNull();
    assertThat(refused.holder()).isEqualTo("a driver whose claim cannot be read");
    assertThat(refused.retryAt()).isEqualTo(clock.instant().plus(LENGTH));
    clock.advance(9);
    assertThat(driver.tryAcquire().held()).isNull();
    clock.advance(1);
    assertThat(held(driver.tryAcquire()).token()).isEqualTo(5);
  }

  @Test
  void aRenewalThatWasCutOffLeavesTheOneBefore() throws IOException {
    Held first = held(driver().tryAcquire());
    clock.advance(5);
    first.renew();
    store.fail(0, Integer.MAX_VALUE);
    assertThatThrownBy(first::renew).isInstanceOf(IOException.class);
    for (int operation = 0; ; operation++) {
      store.fail(operation, Integer.MAX_VALUE);
      try {
        first.renew();
        break;
      } catch (IOException e) {
        assertThat(e).isNotInstanceOf(LeaseLostException.class);
      }
      store.heal();
      JobLease.Outcome refused = driver().tryAcquire();
      assertThat(refused.held()).isNull();
      assertThat(refused.retryAt()).isAfterOrEqualTo(first.expiresAt());
    }
    store.heal();
    first.ensure();
  }

  /**
   * Though operations fail while a driver takes the lease, no two hold it, and in the end one does.
   */
  @Test
  void failsAtEachOperation() throws IOException {
    for (int operation = 0; ; operation++) {
      Path own = dir.resolve("at-" + operation);
      store.heal();
      Held old = held(driver(own).tryAcquire());
      old.renew();
      clock.advance(11);
      store.fail(operation, operation + 1);
      Held taken = null;
      JobLease second = driver(own);
      try {
        taken = second.tryAcquire().held();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("cannot take the job's lease in ");
      }
      int count = store.operations().size();
      store.heal();
      JobLease third = driver(own);
      Held next = third.tryAcquire().held();
      assertThat(taken != null && next != null).isFalse();
      assertThatThrownBy(old::ensure).isInstanceOf(LeaseLostException.class);
      for (int seconds = 0; taken == null && next == null; seconds++) {
        assertThat(seconds).isLessThanOrEqualTo(20);
        clock.advance(1);
        next = third.tryAcquire().held();
      }
      Objects.requireNonNull(taken == null ? next : taken).ensure();
      if (count <= operation) {
        assertThat(operation).isGreaterThan(6);
        return;
      }
    }
  }

  @Test
  void oneOfManyThatStartAtOnceGetsIt() throws Exception {
    int many = 8;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      for (int round = 0; round < 20; round++) {
        CyclicBarrier start = new CyclicBarrier(many);
        List<Callable<@Nullable Held>> tries = new ArrayList<>();
        for (int i = 0; i < many; i++) {
          JobLease lease = driver(dir.resolve("round-" + round));
          tries.add(
              () -> {
                int position = start.await(10, TimeUnit.SECONDS);
                assertThat(position).isNotNegative();
                return lease.tryAcquire().held();
              });
        }
        int holders = 0;
        for (Future<@Nullable Held> outcome : threads.invokeAll(tries, 30, TimeUnit.SECONDS)) {
          holders += outcome.get() == null ? 0 : 1;
        }
        assertThat(holders).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
