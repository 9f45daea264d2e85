package io.trireme.driver.run;

import io.trireme.common.checkpoint.JobLease;
import io.trireme.common.checkpoint.JobLease.Held;
import io.trireme.common.checkpoint.JobLease.Outcome;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds a job's lease, and renews it on a thread of its own until it is closed. */
public final class LeaseKeeper implements Lease, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  /** How long a driver that was killed keeps the next one waiting. */
  public static final Duration LENGTH = Duration.ofSeconds(15);

  private static final long RENEW_MS = 5_000;
  private static final long CLOSE_S = 5;
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final FileSystem fs;
  private final Path folder;
  private final Held held;
  private final NanoClock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread renewing = new Thread(task, "trireme-lease");
            renewing.setDaemon(true);
            return renewing;
          });

  /** Held while talking with the file system, which may hang. */
  private final ReentrantLock files = new ReentrantLock();

  private volatile long token;
  private volatile long renewedNs;

  /** When it was first seen that its time is over; 0 while it is not. */
  private final AtomicLong overSinceNs = new AtomicLong();

  private volatile @Nullable LeaseLostException lost;

  /**
   * Keeps a lease of {@link #LENGTH} that is held, and owns it from now on.
   *
   * @param folder where it is
   * @param clock by which it is held
   */
  public LeaseKeeper(FileSystem fs, Path folder, Held held, NanoClock clock) {
    this.clock = clock;
    this.token = held.token();
    this.renewedNs = held.renewedNs();
    this.fs = fs;
    this.folder = folder;
    this.held = held;
    Future<?> unused =
        thread.scheduleWithFixedDelay(this::renew, RENEW_MS, RENEW_MS, TimeUnit.MILLISECONDS);
  }

  /**
   * Takes the lease of a job. Waits for one that its holder does not renew, as after {@code kill
   * -9}, until it ends; tells of that once.
   *
   * @param jobFolder the job's folder
   * @param clock the time of day, by which drivers tell each other when a lease ends
   * @param steady the time by which this one tells how long it has had it
   * @throws PreflightException if a driver that is alive holds it
   * @throws IOException if the folder cannot be used
   */
  public static LeaseKeeper acquire(
      FileSystem fs, Path jobFolder, Clock clock, NanoClock steady, Consumer<String> tell)
      throws IOException {
    Path folder = new Path(jobFolder, JobLease.NAME);
    JobLease lease =
        new JobLease(
            fs,
            folder,
            clock,
            steady,
            LENGTH,
            host(),
            ProcessHandle.current().pid(),
            new SecureRandom());
    Instant firstEnd = null;
    while (true) {
      Outcome outcome = lease.tryAcquire();
      Held held = outcome.held();
      if (held != null) {
        return new LeaseKeeper(fs, folder, held, steady);
      }
      if (firstEnd == null) {
        firstEnd = outcome.retryAt();
        tell.accept(
            "the job is held by "
                + outcome.holder()
                + "; if that driver is gone, this one goes on then");
      } else if (outcome.retryAt().isAfter(firstEnd)) {
        throw new PreflightException(
            List.of(
                new Finding(
                    "job folder " + jobFolder,
                    "another driver runs this job: " + outcome.holder(),
                    "wait for it to end, stop it, or give this job another id")));
      }
      LockSupport.parkNanos(LOOK_AGAIN_NS);
      if (Thread.currentThread().isInterrupted()) {
        throw new IOException("interrupted while waiting for the lease in " + folder);
      }
    }
  }

  /** The name of this host, where it has one that resolves. */
  public static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private void renew() {
    files.lock();
    try {
      renewHeld();
    } finally {
      files.unlock();
    }
  }

  private void renewHeld() {
    if (lost != null) {
      return;
    }
    try {
      held.renew();
      note();
    } catch (LeaseLostException e) {
      lost = e;
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      // The run ends.
      Thread.currentThread().interrupt();
      LOG.debug("the job's lease was not renewed at its end", e);
    } catch (IOException | RuntimeException e) {
      // Tried again soon; it is lost once its time has been over for long.
      LOG.warn("the job's lease could not be renewed: {}", e.toString());
    }
  }

  private void note() {
    token = held.token();
    renewedNs = held.renewedNs();
  }

  @Override
  public long token() {
    return token;
  }

  @Override
  public void check() throws LeaseLostException {
    LeaseLostException known = lost;
    if (known != null) {
      throw known;
    }
    long now = clock.nanoTime();
    if (now - renewedNs < LENGTH.toNanos()) {
      overSinceNs.set(0);
      return;
    }
    // A process that stood still renews it first: only then it can know whether another has it.
    if (!overSinceNs.compareAndSet(0, now) && now - overSinceNs.get() >= LENGTH.toNanos()) {
      throw new LeaseLostException(
          "the lease of this job in "
              + folder
              + " could not be renewed for "
              + TimeUnit.NANOSECONDS.toSeconds(now - renewedNs)
              + " s, so that another driver may have the job; start this one again once the file"
              + " system answers");
    }
  }

  @Override
  public void ensure() throws IOException {
    files.lock();
    try {
      check();
      held.ensure();
      note();
    } catch (LeaseLostException e) {
      lost = e;
      throw e;
    } finally {
      files.unlock();
    }
  }

  /** Lets the next driver have it at once. */
  @Override
  public void close() {
    end(false);
  }

  /** Lets go of the lease of a job that did not begin, of which nothing is to be left. */
  public void discard() {
    end(true);
  }

  private void end(boolean delete) {
    thread.shutdownNow();
    // An interrupt ends what this thread did before, not this: the next driver would have to wait.
    boolean interrupted = Thread.interrupted();
    boolean mine = false;
    try {
      mine = files.tryLock(CLOSE_S, TimeUnit.SECONDS);
      if (!mine) {
        LOG.warn("the file system does not answer; the job's lease ends by itself");
      } else if (lost == null) {
        release(delete);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (mine) {
        files.unlock();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void release(boolean delete) {
    try {
      if (delete) {
        held.ensure();
        boolean unused = fs.delete(folder, true);
      } else {
        held.release();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the job's lease could not be released, and ends by itself: {}", e.toString());
    }
  }
}
