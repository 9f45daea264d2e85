package io.trireme.driver.executor;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** How threads that wait for messages behave: they park soon, since workers need the cores. */
final class Idling {

  private static final long MIN_PARK_NS = TimeUnit.MICROSECONDS.toNanos(10);
  private static final long MAX_PARK_NS = TimeUnit.MICROSECONDS.toNanos(100);

  private Idling() {}

  static IdleStrategy strategy() {
    return new BackoffIdleStrategy(0, 2, MIN_PARK_NS, MAX_PARK_NS);
  }

  static ThreadFactory threads(String name) {
    return runnable -> {
      Thread thread = new Thread(runnable, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
