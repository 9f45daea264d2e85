package io.trireme.driver.run;

import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.transport.aeron.UdpFlow;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.executor.HostCheck;
import io.trireme.driver.executor.HostMemory;
import io.trireme.driver.executor.JvmSetup;
import io.trireme.driver.executor.RuntimeStart;
import io.trireme.driver.spark.LateStart;
import io.trireme.driver.spark.TriremePlugin;
import io.trireme.worker.engine.EngineProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.agrona.concurrent.NanoClock;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Looks for all that would stop a run before it starts, and tells it together. What the Spark
 * application lacks and can still get, it gets here.
 */
final class Preflight {

  /** Spark spreads tasks at random; so often it is asked again, until each executor had one. */
  private static final int ROUNDS = 8;

  private Preflight() {}

  /**
   * What a run needs to know of its executors.
   *
   * @param engine what of their engines decides the bits of gradients, see {@link
   *     io.trireme.worker.engine.EngineProvider#identity}; empty if nothing
   * @param termLengthBytes length of the terms of sessions, for which all have room
   */
  record Outcome(String engine, int termLengthBytes) {}

  /**
   * Checks the cluster; throws with every finding that stops a run, and warns of the others.
   *
   * @return what the run needs to know of them
   */
  static Outcome check(
      JavaSparkContext spark, JobConfig job, TrainingListener listener, NanoClock clock) {
    List<Finding> findings = new ArrayList<>();
    checkPlugin(spark, findings);
    checkSettings(spark, listener, findings);
    checkSlots(spark, job, clock, findings);
    Outcome outcome = findings.isEmpty() ? checkHosts(spark, job, listener, findings) : null;
    if (outcome == null || !findings.isEmpty()) {
      throw new PreflightException(findings);
    }
    return outcome;
  }

  private static void checkPlugin(JavaSparkContext spark, List<Finding> findings) {
    JvmSetup.ensure()
        .ifPresent(
            closed ->
                findings.add(
                    new Finding(
                        "JVM of the driver",
                        closed,
                        "start it with --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")));
    if (findings.isEmpty() && !stopped(spark)) {
      LateStart.ensure(spark.sc())
          .ifPresent(
              why ->
                  findings.add(
                      new Finding(
                          "Spark plugin",
                          why,
                          "add "
                              + TriremePlugin.class.getName()
                              + " to spark.plugins before the SparkContext is made")));
    }
  }

  private static void checkSettings(
      JavaSparkContext spark, TrainingListener listener, List<Finding> findings) {
    SparkConf conf = spark.getConf();
    if (conf.getBoolean("spark.speculation", false)) {
      findings.add(
          new Finding(
              "spark.speculation",
              "true: Spark would run a worker twice",
              "set spark.speculation=false"));
    }
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      findings.add(
          new Finding(
              "spark.dynamicAllocation.enabled",
              "true: Spark would take executors away that hold servers but no task",
              "set spark.dynamicAllocation.enabled=false"));
    }
    if (!spark.isLocal() && !conf.contains(SparkStart.MAX_FAILURES)) {
      listener.warning(
          new Finding(
                  SparkStart.MAX_FAILURES,
                  "not set, so that Spark gives the workers up when one has lost its executor four"
                      + " times",
                  "set "
                      + SparkStart.MAX_FAILURES
                      + "="
                      + SparkStart.LOSSES_OF_A_WORKER
                      + " before the SparkContext is made")
              .toString());
    }
  }

  private static void checkSlots(
      JavaSparkContext spark, JobConfig job, NanoClock clock, List<Finding> findings) {
    int wanted = job.workers().min();
    TaskSlots slots = TaskSlots.await(spark, wanted, clock);
    if (stopped(spark)) {
      findings.add(SparkStart.refused(spark.master(), "it has ended the application"));
    } else if (slots.all() < wanted) {
      findings.add(
          new Finding(
              "task slots",
              "workers: "
                  + wanted
                  + ", but "
                  + spark.master()
                  + " runs only "
                  + (slots.all() == 1 ? "1 task" : slots.all() + " tasks")
                  + " at a time",
              spark.isLocal()
                  ? "use --master local[" + wanted + "] or set workers to " + slots.all()
                  : "give the application more executors or cores (spark.cores.max,"
                      + " spark.executor.cores, spark.executor.instances), or lower workers"));
    } else if (slots.free() < wanted) {
      findings.add(
          new Finding(
              "task slots",
              "workers: "
                  + wanted
                  + ", but of the "
                  + slots.all()
                  + " tasks that run at a time other jobs of this application run "
                  + slots.taken(),
              "wait for those jobs, or cancel them, or give the application more cores, or lower"
                  + " workers"));
    }
  }

  private static boolean stopped(JavaSparkContext spark) {
    return spark.sc().isStopped();
  }

  /** Looks at the executors through as many tasks as run at a time. */
  private static Outcome checkHosts(
      JavaSparkContext spark, JobConfig job, TrainingListener listener, List<Finding> findings) {
    HostCheck check =
        new HostCheck(
            new HostCheck.Needs(
                job.model().family(),
                job.engine(),
                members(job),
                job.workers().threads(),
                !job.compression().equals(CompressionConfig.NONE)));
    Set<HostCheck.Found> found = new LinkedHashSet<>();
    SortedSet<String> engines = new TreeSet<>();
    SortedMap<String, HostMemory> memory = new TreeMap<>();
    SortedMap<String, Integer> buffers = new TreeMap<>();
    Set<String> unused =
        everywhere(
            spark,
            job,
            check,
            json -> {
              HostCheck.Report report = HostCheck.Report.of(json);
              found.addAll(report.found());
              engines.add(report.engine());
              if (report.memory() != null) {
                memory.put(report.executor(), report.memory());
                buffers.put(report.memory().host(), report.receiveBufferBytes());
              }
              return report.executor();
            });
    for (HostCheck.Found one : found) {
      Finding finding = new Finding(one.what(), one.seen(), one.fix());
      if (one.fatal()) {
        findings.add(finding);
      } else {
        listener.warning(finding.toString());
      }
    }
    if (findings.isEmpty() && engines.size() > 1) {
      findings.add(
          new Finding(
              "engine " + job.engine().name(),
              "differs between executors: " + String.join("; ", engines),
              "give the application executors with cards of one kind"));
    }
    checkBuffers(UdpFlow.wantedReceiveBufferBytes(members(job)), buffers, listener);
    int term = memory.isEmpty() ? 0 : checkMemory(spark, job, memory.values(), listener, findings);
    return new Outcome(String.join("; ", engines), term);
  }

  private static int members(JobConfig job) {
    return job.workers().max() + job.servers().count();
  }

  /**
   * Within a host nothing is lost but time; between hosts what overflows a buffer is sent again.
   */
  private static void checkBuffers(
      int wantedBytes, SortedMap<String, Integer> granted, TrainingListener listener) {
    if (granted.size() < 2) {
      return;
    }
    granted.forEach(
        (host, bytes) -> {
          if (bytes < wantedBytes) {
            listener.warning(
                new Finding(
                        "net.core.rmem_max of " + host,
                        "lets a socket have "
                            + bytes
                            + " bytes to receive into, where so many senders fill "
                            + wantedBytes,
                        "set it with sysctl -w net.core.rmem_max=" + wantedBytes)
                    .toString());
          }
        });
  }

  /** The length of terms for which there is room. */
  private static int checkMemory(
      JavaSparkContext spark,
      JobConfig job,
      Collection<HostMemory> executors,
      TrainingListener listener,
      List<Finding> findings) {
    MemoryPlan plan = MemoryPlan.of(job, List.copyOf(executors));
    HostMemory driver =
        spark.isLocal()
            ? null
            : HostMemory.here(
                spark.getConf().get("spark.driver.host", "the driver's host"),
                EngineProvider.of(job.model().family(), EngineProvider.CPU));
    plan.table(driver).forEach(listener::notice);
    plan.warnings().forEach(warning -> listener.warning(warning.toString()));
    findings.addAll(plan.findings());
    return plan.termLengthBytes();
  }

  /**
   * Makes sure that Trireme's part is on the executors, of which some may have come since the
   * check; how many are to report.
   */
  static int startExecutors(JavaSparkContext spark, JobConfig job) {
    if (spark.isLocal()) {
      return 1;
    }
    Set<String> known =
        LateStart.isNeeded(spark.sc())
            ? everywhere(spark, job, new RuntimeStart(), executor -> executor)
            : executors(spark);
    return Math.max(1, known.size());
  }

  /** Runs a task on every executor, if possible; the executors where it ran. */
  private static Set<String> everywhere(
      JavaSparkContext spark,
      JobConfig job,
      Function<Integer, String> task,
      UnaryOperator<String> executorOf) {
    Set<String> seen = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      int tasks = Math.max(job.workers().max(), TaskSlots.now(spark).all());
      List<Integer> indices = IntStream.range(0, tasks).boxed().toList();
      for (String answer : spark.parallelize(indices, tasks).map(task).collect()) {
        seen.add(executorOf.apply(answer));
      }
      if (seen.containsAll(executors(spark))) {
        break;
      }
    }
    return seen;
  }

  private static Set<String> executors(JavaSparkContext spark) {
    Set<String> ids = new HashSet<>();
    if (!spark.isLocal()) {
      spark.sc().getExecutorIds().foreach(id -> ids.add(id));
    }
    return ids;
  }
}
