package io.trireme.driver.job;

import io.trireme.common.checkpoint.JobLease;
import io.trireme.common.checkpoint.JobLease.Held;
import io.trireme.common.checkpoint.JobLease.Outcome;
import io.trireme.common.checkpoint.LeaseLostException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds a job's lease, and renews it on a thread of its own until it is closed. */
public final class LeaseKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  /** How long a driver that was killed keeps the next one waiting. */
  private static final Duration LENGTH = Duration.ofSeconds(15);

  private static final long RENEW_MS = 5_000;
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final FileSystem fs;
  private final Path folder;
  private final Held held;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread renewing = new Thread(task, "trireme-lease");
            renewing.setDaemon(true);
            return renewing;
          });
  private @Nullable LeaseLostException lost;

  private LeaseKeeper(FileSystem fs, Path folder, Held held) {
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
   * @throws PreflightException if a driver that is alive holds it
   * @throws IOException if the folder cannot be used
   */
  public static LeaseKeeper acquire(
      FileSystem fs, Path jobFolder, Clock clock, Consumer<String> tell) throws IOException {
    Path folder = new Path(jobFolder, JobLease.NAME);
    JobLease lease =
        new JobLease(
            fs, folder, clock, LENGTH, host(), ProcessHandle.current().pid(), new SecureRandom());
    Instant firstEnd = null;
    while (true) {
      Outcome outcome = lease.tryAcquire();
      Held held = outcome.held();
      if (held != null) {
        return new LeaseKeeper(fs, folder, held);
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

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private synchronized void renew() {
    if (lost != null) {
      return;
    }
    try {
      held.renew();
    } catch (LeaseLostException e) {
      lost = e;
    } catch (IOException | RuntimeException e) {
      // Tried again soon; once its time is over, it is lost.
      LOG.warn("the job's lease could not be renewed: {}", e.toString());
      if (Instant.now().isAfter(held.expiresAt())) {
        lost = new LeaseLostException("the lease of this job could not be renewed: " + e);
      }
    }
  }

  /** Distinguishes this holder from those before it. */
  public synchronized long token() {
    return held.token();
  }

  /** Throws if the lease is known to be lost; quick. */
  public synchronized void check() throws LeaseLostException {
    if (lost != null) {
      throw lost;
    }
  }

  /**
   * Makes sure that the lease is held; before every commit.
   *
   * @throws LeaseLostException if it is not
   */
  public synchronized void ensure() throws IOException {
    check();
    try {
      held.ensure();
    } catch (LeaseLostException e) {
      lost = e;
      throw e;
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
    synchronized (this) {
      if (lost != null) {
        return;
      }
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
}
