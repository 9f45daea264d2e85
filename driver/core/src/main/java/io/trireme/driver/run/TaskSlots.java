package io.trireme.driver.run;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.NanoClock;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * How many tasks an application runs at a time.
 *
 * @param all with nothing else to do
 * @param taken how many run now
 */
record TaskSlots(int all, int taken) {

  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Waits, up to a minute, until so many are free; how it is then. */
  static TaskSlots await(JavaSparkContext spark, int wanted, NanoClock clock) {
    long start = clock.nanoTime();
    TaskSlots slots = now(spark);
    while (slots.free() < wanted
        && !(spark.isLocal() && slots.all() < wanted)
        && !spark.sc().isStopped()
        && clock.nanoTime() - start < DEADLINE_NS) {
      LockSupport.parkNanos(LOOK_AGAIN_NS);
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
      slots = now(spark);
    }
    return slots;
  }

  /** How it is now; none for a context that has ended, which cannot say. */
  static TaskSlots now(JavaSparkContext spark) {
    SparkContext context = spark.sc();
    if (context.isStopped()) {
      return new TaskSlots(0, 0);
    }
    int running =
        Arrays.stream(context.statusTracker().getExecutorInfos())
            .mapToInt(SparkExecutorInfo::numRunningTasks)
            .sum();
    return new TaskSlots(
        context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile()),
        running);
  }

  /** How many could begin now. */
  int free() {
    return Math.max(0, all - taken);
  }
}
