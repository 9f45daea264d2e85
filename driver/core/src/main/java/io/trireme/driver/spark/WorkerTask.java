package io.trireme.driver.spark;

import io.trireme.common.config.OuterConfig;
import io.trireme.common.config.SyncMode;
import io.trireme.common.layout.Layout;
import io.trireme.common.message.JobSpec;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.wire.CipherWarmUp;
import io.trireme.common.wire.Peer;
import io.trireme.data.shard.ExampleReader;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.EngineSlotComputer;
import io.trireme.worker.SlotComputer;
import io.trireme.worker.WorkerLoop;
import io.trireme.worker.engine.EngineProvider;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker: a Spark task that trains until the run is over. */
public final class WorkerTask implements Function<Integer, WorkerResult> {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(WorkerTask.class);
  private static final long WARM_UP_LIMIT_NS = TimeUnit.SECONDS.toNanos(3);
  private static final long SESSION_DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

  private final String run;

  /** The workers of a run. */
  public WorkerTask(String run) {
    this.run = run;
  }

  @Override
  public WorkerResult call(Integer worker) throws Exception {
    RunSession session = awaitSession(Footholds.runtime());
    Seats seats = new Seats(worker, session);
    try {
      return work(worker, session, seats);
    } catch (RunOverException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      seats.current().fail(e.getMessage() == null ? e.toString() : e.getMessage());
      throw e;
    } finally {
      session.leave(seats.current());
    }
  }

  /** The lives of this task's worker, one after the other. */
  private static final class Seats {
    private final int worker;
    private final RunSession session;
    private WorkerSeat seat;

    Seats(int worker, RunSession session) {
      this.worker = worker;
      this.session = session;
      this.seat = session.join(Peer.worker(worker, session.newIncarnation()));
    }

    WorkerSeat current() {
      return seat;
    }

    void next() {
      session.leave(seat);
      seat = session.join(Peer.worker(worker, session.newIncarnation()));
    }
  }

  private WorkerResult work(int worker, RunSession session, Seats seats)
      throws IOException, InterruptedException {
    JobSpec spec = session.spec();
    NativeThreads.use(spec.threads());
    session.checkThreads();
    double rate = CipherWarmUp.run(SystemNanoClock.INSTANCE, WARM_UP_LIMIT_NS);
    LOG.info("worker {}: ciphers run at {} GB/s", worker, rate);
    session.measureCodecs();
    try (ExampleReader examples =
            ExampleReader.open(
                spec.trainData(), LocalFolders.dataCache(), SparkHadoopUtil.get().conf());
        GradientEngine engine = engine(spec, examples)) {
      OuterConfig outer = spec.sync().outer();
      Layout layout = outer == null ? engine.layout() : OuterLayout.of(engine.layout(), outer);
      if (!layout.equals(spec.layout())) {
        throw new IllegalStateException(
            "the model has another layout here than on the driver; do both run the same Trireme and"
                + " DL4J?");
      }
      while (true) {
        try {
          WorkerResult result = train(session, seats.current(), engine, examples);
          seats.current().finish();
          return result;
        } catch (FencedException e) {
          LOG.warn("run {}: {}; it joins again as another life", run, e.getMessage());
          seats.next();
        }
      }
    }
  }

  private RunSession awaitSession(ExecutorRuntime runtime) throws InterruptedException {
    IdleStrategy idle = Idling.strategy();
    long start = System.nanoTime();
    while (true) {
      RunSession session = runtime.session(run);
      if (session != null && !session.isOver()) {
        return session;
      }
      String failure = runtime.failureOf(run);
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
      if (System.nanoTime() - start > SESSION_DEADLINE_NS) {
        throw new IllegalStateException(
            "this executor has not learnt of run "
                + run
                + " from the driver in "
                + TimeUnit.NANOSECONDS.toSeconds(SESSION_DEADLINE_NS)
                + " s; see its log");
      }
      pause(idle);
    }
  }

  private static void pause(IdleStrategy idle) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the task was stopped before the run began");
    }
    idle.idle();
  }

  private static WorkerResult train(
      RunSession session, WorkerSeat seat, GradientEngine engine, ExampleReader examples)
      throws InterruptedException {
    JobSpec spec = session.spec();
    if (spec.sync().mode() == SyncMode.LOCAL) {
      LocalRounds rounds = new LocalRounds(spec.slots(), spec.sync().localSteps());
      try (LocalSlotComputer computer =
          new LocalSlotComputer(
              engine, examples::read, rounds, spec.seed(), spec.clipGlobalNorm())) {
        return train(session, seat, engine, computer);
      }
    }
    return train(
        session, seat, engine, new EngineSlotComputer(engine, examples, spec.slots(), spec.seed()));
  }

  private static WorkerResult train(
      RunSession session, WorkerSeat seat, GradientEngine engine, SlotComputer computer)
      throws InterruptedException {
    JobSpec spec = session.spec();
    WorkerOptions options =
        new WorkerOptions(
            seat.self(),
            spec.plan(),
            new ReductionTree(spec.slots().slots()),
            spec.lastStep(),
            spec.sync().mode() == SyncMode.SSP || spec.sync().mode() == SyncMode.ASYNC,
            session.compression(),
            spec.nonFinite().skip());
    try (WorkerLoop loop =
        new WorkerLoop(
            options,
            session.key(),
            session.transport(),
            engine.parameters(),
            spec.slots(),
            computer,
            Math.toIntExact(spec.layout().length()),
            SystemNanoClock.INSTANCE,
            Idling.strategy(),
            seat,
            session.residualsOf(seat.self()))) {
      seat.follow(loop);
      seat.ready();
      loop.run();
    }
    return result(
        seat.self().index(),
        engine.parameters(),
        Math.toIntExact(spec.layout().length() * Float.BYTES));
  }

  private static GradientEngine engine(JobSpec spec, ExampleReader examples) {
    LocalRounds rounds = new LocalRounds(spec.slots(), spec.sync().localSteps());
    return ModelFamily.of(spec.modelJson())
        .open(spec.modelJson(), "of run " + spec.run(), spec.seed(), examples.schema())
        .engine(EngineProvider.CPU, rounds.capacity());
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
