package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.report.RunObserver;
import io.trireme.driver.spark.Footholds;
import io.trireme.driver.spark.HostCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.agrona.concurrent.NanoClock;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/** Looks for whatever would stop a run before it starts, and tells all of it together. */
final class Preflight {

  private static final long EXECUTORS_DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private Preflight() {}

  /** Checks the cluster; throws with every finding that stops a run, and warns of the others. */
  static void check(JavaSparkContext spark, JobConfig job, RunObserver observer, NanoClock clock) {
    List<Finding> findings = new ArrayList<>();
    checkPlugin(spark, findings);
    checkSettings(spark, findings);
    checkDynamicAllocation(spark, findings);
    checkSlots(spark, job, clock, findings);
    if (findings.isEmpty()) {
      checkHosts(spark, job, observer, findings);
    }
    if (!findings.isEmpty()) {
      throw new PreflightException(findings);
    }
  }

  private static void checkPlugin(JavaSparkContext spark, List<Finding> findings) {
    try {
      Footholds.ear(spark.sc());
    } catch (IllegalStateException e) {
      findings.add(
          new Finding(
              "Spark plugin",
              String.valueOf(e.getMessage()),
              "set it before the SparkContext is made"));
    }
  }

  private static void checkSettings(JavaSparkContext spark, List<Finding> findings) {
    if (spark.getConf().getBoolean("spark.speculation", false)) {
      findings.add(
          new Finding(
              "spark.speculation",
              "true: Spark would run a worker twice",
              "set spark.speculation=false"));
    }
  }

  private static void checkDynamicAllocation(JavaSparkContext spark, List<Finding> findings) {
    if (spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
      findings.add(
          new Finding(
              "spark.dynamicAllocation.enabled",
              "true: Spark would take executors away that hold servers but no task",
              "set spark.dynamicAllocation.enabled=false"));
    }
  }

  /** Waits, up to a minute, for so many task slots; returns how many there are. */
  static int awaitSlots(JavaSparkContext spark, int wanted, NanoClock clock) {
    long start = clock.nanoTime();
    int slots = taskSlots(spark.sc());
    while (slots < wanted
        && !stopped(spark)
        && !spark.isLocal()
        && clock.nanoTime() - start < EXECUTORS_DEADLINE_NS) {
      LockSupport.parkNanos(LOOK_AGAIN_NS);
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
      slots = taskSlots(spark.sc());
    }
    return slots;
  }

  private static void checkSlots(
      JavaSparkContext spark, JobConfig job, NanoClock clock, List<Finding> findings) {
    int wanted = job.workers().min();
    int slots = awaitSlots(spark, wanted, clock);
    if (stopped(spark)) {
      findings.add(SparkStart.refused(spark.master(), "it has ended the application"));
    } else if (slots < wanted) {
      findings.add(
          new Finding(
              "task slots",
              "workers: "
                  + wanted
                  + ", but "
                  + spark.master()
                  + " runs only "
                  + (slots == 1 ? "1 task" : slots + " tasks")
                  + " at a time",
              spark.isLocal()
                  ? "use --master local[" + wanted + "] or set workers to " + slots
                  : "give the application more executors or cores (spark.cores.max,"
                      + " spark.executor.cores, spark.executor.instances), or lower workers"));
    }
  }

  private static boolean stopped(JavaSparkContext spark) {
    return spark.sc().isStopped();
  }

  /** 0 for a context that has ended, which cannot say. */
  private static int taskSlots(SparkContext spark) {
    if (spark.isStopped()) {
      return 0;
    }
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }

  /** Looks at the executors through as many tasks as run at a time. */
  private static void checkHosts(
      JavaSparkContext spark, JobConfig job, RunObserver observer, List<Finding> findings) {
    int tasks = Math.max(job.workers().max(), taskSlots(spark.sc()));
    List<Integer> indices = IntStream.range(0, tasks).boxed().toList();
    HostCheck check =
        new HostCheck(
            job.model().family(),
            job.workers().max(),
            job.servers().count(),
            job.transport().termLengthBytes(),
            job.workers().threads());
    List<HostCheck.Found> all =
        spark.parallelize(indices, tasks).map(check).collect().stream()
            .flatMap(List::stream)
            .distinct()
            .toList();
    for (HostCheck.Found found : all) {
      Finding finding = new Finding(found.what(), found.seen(), found.fix());
      if (found.fatal()) {
        findings.add(finding);
      } else {
        observer.warning(finding.toString());
      }
    }
  }
}
