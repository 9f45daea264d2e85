package io.trireme.driver.sim;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** Virtual time: runs what was scheduled, in the order of its time. */
final class Scheduler {

  static final long MS = 1_000_000;

  private record Event(long atNs, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>(256);
  private final SplittableRandom random;
  private long nowNs;
  private long nextOrder;

  Scheduler(SplittableRandom random) {
    this.random = random;
  }

  long now() {
    return nowNs;
  }

  void at(long timeNs, Runnable action) {
    events.add(new Event(Math.max(nowNs, timeNs), nextOrder++, action));
  }

  /** Runs it after a random time between the two. */
  void within(long minNs, long maxNs, Runnable action) {
    at(nowNs + between(minNs, maxNs), action);
  }

  /** A random time between the two. */
  long between(long minNs, long maxNs) {
    return minNs + random.nextLong(maxNs - minNs + 1);
  }

  /** Runs events until told to stop; false if the limit came first. */
  boolean run(BooleanSupplier done, long limitNs, Runnable afterEach) {
    while (!done.getAsBoolean()) {
      Event next = events.poll();
      if (next == null || next.atNs > limitNs) {
        return false;
      }
      nowNs = next.atNs;
      next.action.run();
      afterEach.run();
    }
    return true;
  }
}
