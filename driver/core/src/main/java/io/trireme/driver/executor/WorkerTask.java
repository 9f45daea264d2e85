package io.trireme.driver.executor;

import io.trireme.common.config.EngineConfig;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.config.SyncMode;
import io.trireme.common.layout.Layout;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.JobSpec;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.wire.CipherWarmUp;
import io.trireme.data.shard.ExampleReader;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.EngineSlotComputer;
import io.trireme.worker.SlotComputer;
import io.trireme.worker.WorkerLoop;
import io.trireme.worker.engine.EngineSettings;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.ModelFamily;
import io.trireme.worker.local.LocalRounds;
import io.trireme.worker.local.LocalSlotComputer;
import io.trireme.worker.local.OuterLayout;
import io.trireme.worker.protocol.WorkerOptions;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker: a Spark task that trains until the run is over. */
public final class WorkerTask implements Function<Integer, WorkerResult> {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(WorkerTask.class);
  private static final long WARM_UP_LIMIT_NS = TimeUnit.SECONDS.toNanos(3);
  private static final long RUN_DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

  private final String run;
  private final EngineConfig engine;

  /** The workers of a run, each with an engine. */
  public WorkerTask(String run, EngineConfig engine) {
    this.run = run;
    this.engine = engine;
  }

  @Override
  public WorkerResult call(Integer worker) throws Exception {
    ExecutorRun local = awaitRun(ExecutorRuntimes.here());
    Incarnations incarnations = new Incarnations(worker, local);
    try {
      return work(worker, local, incarnations);
    } catch (RunOverException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      incarnations.current().fail(FailureReport.of(e));
      throw e;
    } finally {
      local.leave(incarnations.current());
    }
  }

  /** The incarnations of this task's worker, one after the other. */
  private static final class Incarnations {
    private final int worker;
    private final ExecutorRun local;
    private WorkerHandle handle;

    Incarnations(int worker, ExecutorRun local) {
      this.worker = worker;
      this.local = local;
      this.handle = local.join(worker);
    }

    WorkerHandle current() {
      return handle;
    }

    void next() {
      local.leave(handle);
      handle = local.join(worker);
    }
  }

  private WorkerResult work(int worker, ExecutorRun local, Incarnations incarnations)
      throws IOException, InterruptedException {
    JobSpec spec = local.spec();
    NativeThreads.use(spec.computation().threads());
    ExecutorRun.checkThreads(spec);
    double rate = CipherWarmUp.run(SystemNanoClock.INSTANCE, WARM_UP_LIMIT_NS);
    LOG.info("worker {}: ciphers run at {} GB/s", worker, rate);
    local.measureCodecs();
    EngineSettings settings = Devices.settings(this.engine);
    try (Devices.Claim unused = local.devices().claim(this.engine, settings.device());
        ExampleReader examples =
            ExampleReader.open(
                spec.computation().trainData(),
                LocalFolders.dataCache(),
                SparkHadoopUtil.get().conf());
        GradientEngine engine = engine(spec, examples, settings)) {
      OuterConfig outer = spec.sync().outer();
      Layout layout = outer == null ? engine.layout() : OuterLayout.of(engine.layout(), outer);
      if (!layout.equals(spec.layout())) {
        throw new IllegalStateException(
            "the model has another layout here than on the driver; do both run the same Trireme and"
                + " DL4J?");
      }
      while (true) {
        try {
          WorkerResult result = train(local, incarnations.current(), engine, examples);
          incarnations.current().finish();
          return result;
        } catch (FencedException e) {
          LOG.warn("run {}: {}; it joins again as another incarnation", run, e.getMessage());
          incarnations.next();
        }
      }
    }
  }

  /**
   * Waits until the run is open here. Where it cannot be opened for now, the executor tries again;
   * a task that ended at once would be started here again and again.
   */
  private ExecutorRun awaitRun(ExecutorRuntime runtime) throws InterruptedException {
    IdleStrategy idle = Idling.strategy();
    long start = System.nanoTime();
    while (true) {
      ExecutorRun local = runtime.run(run);
      if (local != null && !local.isOver()) {
        return local;
      }
      if (System.nanoTime() - start > RUN_DEADLINE_NS) {
        throw new IllegalStateException(whyNotOpen(runtime.failureOf(run)));
      }
      pause(idle);
    }
  }

  private String whyNotOpen(@Nullable String failure) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(RUN_DEADLINE_NS);
    return failure == null
        ? "this executor has not learnt of run " + run + " in " + seconds + " s; see its log"
        : "this executor could not take part in run " + run + " for " + seconds + " s: " + failure;
  }

  private static void pause(IdleStrategy idle) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the task was stopped before the run began");
    }
    idle.idle();
  }

  private static WorkerResult train(
      ExecutorRun local, WorkerHandle handle, GradientEngine engine, ExampleReader examples)
      throws InterruptedException {
    JobSpec spec = local.spec();
    if (spec.sync().mode() == SyncMode.LOCAL) {
      LocalRounds rounds = new LocalRounds(spec.slots(), spec.sync().localSteps());
      try (LocalSlotComputer computer =
          new LocalSlotComputer(
              engine, examples::read, rounds, spec.seed(), spec.update().clipGlobalNorm())) {
        return train(local, handle, engine, computer);
      }
    }
    return train(
        local,
        handle,
        engine,
        new EngineSlotComputer(engine, examples::read, spec.slots(), spec.seed()));
  }

  private static WorkerResult train(
      ExecutorRun local, WorkerHandle handle, GradientEngine engine, SlotComputer computer)
      throws InterruptedException {
    JobSpec spec = local.spec();
    WorkerOptions options =
        new WorkerOptions(
            handle.self(),
            spec.plan(),
            new ReductionTree(spec.slots().slots()),
            spec.lastStep(),
            spec.sync().mode() == SyncMode.SSP || spec.sync().mode() == SyncMode.ASYNC,
            local.compression(),
            spec.update().nonFinite().skip());
    try (WorkerLoop loop =
        new WorkerLoop(
            options,
            local.key(),
            local.transport(),
            engine.parameters(),
            spec.slots(),
            computer,
            Math.toIntExact(spec.layout().length()),
            SystemNanoClock.INSTANCE,
            Idling.strategy(),
            handle,
            local.residualsOf(handle.self()))) {
      handle.follow(loop);
      handle.ready();
      loop.run();
    }
    return result(
        handle.self().index(),
        engine.parameters(),
        Math.toIntExact(spec.layout().length() * Float.BYTES));
  }

  private GradientEngine engine(JobSpec spec, ExampleReader examples, EngineSettings settings) {
    LocalRounds rounds = new LocalRounds(spec.slots(), spec.sync().localSteps());
    return ModelFamily.of(spec.computation().modelJson())
        .open(
            spec.computation().modelJson(), "of run " + spec.run(), spec.seed(), examples.schema())
        .engine(engine.name(), rounds.capacity(), settings);
  }

  private static WorkerResult result(int worker, DirectBuffer parameters, int lengthBytes) {
    byte[] floats = new byte[lengthBytes];
    parameters.getBytes(0, floats);
    return new WorkerResult(worker, sha256(floats), worker == 0 ? floats : new byte[0]);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks SHA-256", e);
    }
  }
}
