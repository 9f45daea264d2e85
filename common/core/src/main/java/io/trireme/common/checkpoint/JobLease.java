package io.trireme.common.checkpoint;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.NanoClock;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that one driver at a time runs a job: a folder {@code lease} in the job's folder,
 * which a driver holds for a while and renews. Each holder has a token, one higher than the last
 * one's.
 *
 * <p>Files, each JSON with the trailer of a manifest: {@code token-N.claim} is created exclusively,
 * and the driver that creates it holds token N; {@code token-N.even} and {@code .odd} are its
 * renewals, written over in turn, so that one of the two is whole at any moment. Nothing is
 * renamed. For others a lease ends when the latest expiry of its files has passed, or when a
 * renewal says that it was let go. Its holder goes by a clock that nobody sets; one that stood
 * still for too long takes the next token, if nobody else has. A claim that was cut off counts as
 * held until an observer has seen it for the length of a lease.
 *
 * <p>Local disks and HDFS create exclusively, so that two drivers never hold a lease at a time, as
 * long as their clocks differ by less than the length of a lease minus the time between renewals.
 * On object stores two drivers that start within the same instant may both succeed. The later
 * writer of the claim wins; the other finds out at once or by {@link Held#ensure}, that is before
 * its first commit. Their files have different names, so that neither damages the other's.
 */
public final class JobLease {
  /** Name of the folder in a job's folder. */
  public static final String NAME = "lease";

  private static final Logger LOG = LoggerFactory.getLogger(JobLease.class);

  private final LeaseFiles files;
  private final Clock clock;
  private final NanoClock steady;
  private final Duration length;
  private final LeaseRecord self;
  private long unreadableToken;
  private long unreadableSinceMs;

  /**
   * A driver that wants a job's lease; it does not have it yet.
   *
   * @param folder the folder {@link #NAME} in the job's folder; need not exist
   * @param clock the time of day, by which others tell when a lease ends
   * @param steady the time by which a holder tells when its own ends
   * @param length how long the lease holds after a renewal; renew several times as often
   * @param host where this driver runs, for messages
   * @param pid its process, for messages
   * @param random draws this life's id
   */
  public JobLease(
      FileSystem fs,
      Path folder,
      Clock clock,
      NanoClock steady,
      Duration length,
      String host,
      long pid,
      RandomGenerator random) {
    this.files = new LeaseFiles(fs, folder);
    this.clock = clock;
    this.steady = steady;
    this.length = length;
    this.self =
        new LeaseRecord(0, String.format(Locale.ROOT, "%016x", random.nextLong()), host, pid, 0);
  }

  /**
   * What came of an attempt to take the lease.
   *
   * @param held the lease; null if another driver has it
   * @param holder who has it otherwise, in words; empty if we have it
   * @param retryAt when it ends unless it is renewed; to try again before is of no use
   */
  public record Outcome(@Nullable Held held, String holder, Instant retryAt) {}

  /**
   * Takes the lease if it is free. Does not wait.
   *
   * @throws IOException if the folder cannot be read or written
   */
  public Outcome tryAcquire() throws IOException {
    try {
      return acquire();
    } catch (IOException e) {
      throw new IOException("cannot take the job's lease in " + files + ": " + e, e);
    }
  }

  private Outcome acquire() throws IOException {
    long highest = files.highestToken();
    long now = clock.millis();
    long startNs = steady.nanoTime();
    if (highest > 0) {
      LeaseRecord current = files.read(highest);
      long endsMs = current == null ? endOfUnreadable(highest, now) : current.expiresAtMs();
      if (endsMs > now) {
        String who = current == null ? "a driver whose claim cannot be read" : current.toString();
        return new Outcome(null, who, Instant.ofEpochMilli(endsMs));
      }
    }
    LeaseRecord mine =
        new LeaseRecord(
            highest + 1, self.owner(), self.host(), self.pid(), now + length.toMillis());
    if (!files.claim(mine) || !isMine(mine)) {
      // Another driver was faster, and has just begun.
      return new Outcome(null, "a driver that started just now", clock.instant().plus(length));
    }
    deleteOlder(mine.token());
    return new Outcome(new Held(mine, startNs), "", Instant.ofEpochMilli(mine.expiresAtMs()));
  }

  private long endOfUnreadable(long token, long nowMs) {
    if (unreadableToken != token) {
      unreadableToken = token;
      unreadableSinceMs = nowMs;
    }
    return unreadableSinceMs + length.toMillis();
  }

  /** Whether no higher token is there, and the claim of this one is ours. */
  private boolean isMine(LeaseRecord mine) throws IOException {
    LeaseRecord there = files.read(mine.token());
    if (there == null || !there.owner().equals(mine.owner())) {
      return false;
    }
    if (files.highestToken() > mine.token()) {
      // Two tokens passed by while we looked: ours was deleted long ago by a later holder.
      files.delete(mine.token());
      return false;
    }
    return true;
  }

  private void deleteOlder(long token) {
    try {
      files.deleteBelow(token);
    } catch (IOException e) {
      LOG.warn("cannot delete old files of the lease in {}: {}", files, e.toString());
    }
  }

  /** A lease that is held. Not thread-safe. */
  public final class Held {
    private LeaseRecord record;
    private boolean even;
    private boolean over;
    private long renewedNs;

    private Held(LeaseRecord record, long renewedNs) {
      this.record = record;
      this.renewedNs = renewedNs;
    }

    /** The fencing token: higher than that of any holder before; it rises as time is lost. */
    public long token() {
      return record.token();
    }

    /** Until when others take it to be held, unless it is renewed. */
    public Instant expiresAt() {
      return Instant.ofEpochMilli(record.expiresAtMs());
    }

    /** When it was last renewed, by the steady clock; it is held for its length from then. */
    public long renewedNs() {
      return renewedNs;
    }

    /**
     * Makes sure that the lease is held; call it before every commit. Where its time is over, as
     * after a pause of this process, and no other driver has taken it, the next token is taken.
     *
     * @throws LeaseLostException if another driver has taken it
     * @throws IOException if the files cannot be read or written
     */
    public void ensure() throws IOException {
      if (over) {
        throw lost("it was lost or let go before");
      }
      ensureMine();
      if (steady.nanoTime() - renewedNs >= length.toNanos()) {
        takeNext();
      }
    }

    private void ensureMine() throws IOException {
      long highest = files.highestToken();
      if (highest == record.token() + 1) {
        // A claim of its own, of which it did not hear that it was made.
        LeaseRecord next = files.read(highest);
        if (next != null && next.owner().equals(record.owner())) {
          record = next;
        }
      }
      if (highest != record.token()) {
        throw lost("token " + highest + " is there, expected " + record.token());
      }
      LeaseRecord there = files.read(record.token());
      if (there != null && !there.owner().equals(record.owner())) {
        throw lost("it is held by " + there);
      }
    }

    /** Others may have seen the end of it: whoever makes the next claim has the job. */
    private void takeNext() throws IOException {
      long startNs = steady.nanoTime();
      LeaseRecord next =
          new LeaseRecord(
              record.token() + 1,
              record.owner(),
              record.host(),
              record.pid(),
              clock.millis() + length.toMillis());
      if (!files.claim(next) || !isMine(next)) {
        throw lost("it ended at " + expiresAt() + ", and another driver has just taken it");
      }
      LOG.warn("the lease in {} had ended at {}; this driver took it again", files, expiresAt());
      record = next;
      renewedNs = startNs;
      deleteOlder(next.token());
    }

    /**
     * Holds the lease for its full length from now.
     *
     * @throws LeaseLostException as {@link #ensure}
     * @throws IOException if the renewal could not be written; try again before the lease ends
     */
    public void renew() throws IOException {
      ensure();
      long startNs = steady.nanoTime();
      LeaseRecord next = record.until(clock.millis() + length.toMillis());
      files.renew(even ? LeaseFiles.Kind.EVEN : LeaseFiles.Kind.ODD, next);
      even = !even;
      record = next;
      renewedNs = startNs;
    }

    /**
     * Lets go, so that the next driver need not wait; the files are as those of a lease that ended.
     *
     * @throws IOException if that could not be written; the lease then ends in its time
     */
    public void release() throws IOException {
      if (over) {
        return;
      }
      over = true;
      if (files.highestToken() == record.token()) {
        files.renew(even ? LeaseFiles.Kind.EVEN : LeaseFiles.Kind.ODD, record.until(0));
      }
    }

    private LeaseLostException lost(String why) {
      over = true;
      return new LeaseLostException(
          String.format(
              Locale.ROOT,
              "the lease of this job in %s is lost: %s; this driver (process %d on host %s) must stop",
              files,
              why,
              record.pid(),
              record.host()));
    }
  }
}
