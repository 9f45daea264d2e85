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
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds a job's lease, and renews it on a thread of its own until it is closed. */
public final class LeaseKeeper implements Lease, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  /** How long a driver that was killed keeps the next one waiting. */
  private static final Duration LENGTH = Duration.ofSeconds(15);

  private static final long RENEW_MS = 5_000;
  private static final long CLOSE_S = 5;
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final FileSystem fs;
  private final Path folder;
  private final Held held;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread renewing = new Thread(task, "trireme-lease");
            renewing.setDaemon(true);
            return renewing;
          });

  /** Held while talking with the file system, which may hang. */
  private final ReentrantLock files = new ReentrantLock();

  private volatile Instant expiresAt;
  private volatile @Nullable LeaseLostException lost;

  private LeaseKeeper(FileSystem fs, Path folder, Held held, Clock clock) {
    this.clock = clock;
    this.expiresAt = held.expiresAt();
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
        return new LeaseKeeper(fs, folder, held, clock);
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
      expiresAt = held.expiresAt();
    } catch (LeaseLostException e) {
      lost = e;
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      // The run ends.
      Thread.currentThread().interrupt();
      LOG.debug("the job's lease was not renewed at its end", e);
    } catch (IOException | RuntimeException e) {
      // Tried again soon; once its time is over, it is lost.
      LOG.warn("the job's lease could not be renewed: {}", e.toString());
    }
  }

  @Override
  public long token() {
    return held.token();
  }

  @Override
  public void check() throws LeaseLostException {
    LeaseLostException known = lost;
    if (known != null) {
      throw known;
    }
    if (!clock.instant().isBefore(expiresAt)) {
      throw new LeaseLostException(
          "the lease of this job in "
              + folder
              + " was not renewed before it ended at "
              + expiresAt
              + ", so that another driver may have the job; start this one again once the file"
              + " system answers");
    }
  }

  @Override
  public void ensure() throws IOException {
    files.lock();
    try {
      check();
      held.ensure();
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
    boolean mine = false;
    try {
      mine = files.tryLock(CLOSE_S, TimeUnit.SECONDS);
      if (!mine) {
        LOG.warn("the file system does not answer; the job's lease ends by itself");
      } else if (lost == null) {
        release(delete);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (mine) {
        files.unlock();
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
