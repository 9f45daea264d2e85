package io.trireme.driver.spark;

import io.trireme.common.control.JobSpec;
import io.trireme.common.control.Membership;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.CipherWarmUp;
import io.trireme.common.wire.Peer;
import io.trireme.server.optimizer.NativeThreads;
import io.trireme.worker.EngineSlotComputer;
import io.trireme.worker.WorkerLoop;
import io.trireme.worker.data.ExampleReader;
import io.trireme.worker.engine.Dl4jEngine;
import io.trireme.worker.engine.InputFacts;
import io.trireme.worker.engine.ModelFactory;
import io.trireme.worker.protocol.WorkerCore;
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
import org.deeplearning4j.nn.api.Model;
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
    Peer self = Peer.worker(worker, session.newIncarnation());
    try (Inbound inbound = session.transport().listen()) {
      WorkerSeat seat = session.join(self, inbound);
      try {
        WorkerResult result = train(worker, session, seat, inbound);
        seat.finish();
        return result;
      } catch (RunOverException e) {
        throw e;
      } catch (IOException | RuntimeException | Error e) {
        seat.fail(e.getMessage() == null ? e.toString() : e.getMessage());
        throw e;
      } finally {
        session.leave(seat);
      }
    }
  }

  private RunSession awaitSession(ExecutorRuntime runtime) throws InterruptedException {
    IdleStrategy idle = Idling.strategy();
    long start = System.nanoTime();
    while (true) {
      RunSession session = runtime.session(run);
      if (session != null) {
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
      int worker, RunSession session, WorkerSeat seat, Inbound inbound)
      throws IOException, InterruptedException {
    JobSpec spec = session.spec();
    NativeThreads.use(spec.threads());
    session.checkThreads();
    double rate = CipherWarmUp.run(SystemNanoClock.INSTANCE, WARM_UP_LIMIT_NS);
    LOG.info("{}: ciphers run at {} GB/s", seat.self(), rate);
    try (ExampleReader examples =
            ExampleReader.open(
                spec.trainData(), LocalFolders.dataCache(), SparkHadoopUtil.get().conf());
        Dl4jEngine engine = engine(spec, examples)) {
      if (!engine.layout().equals(spec.layout())) {
        throw new IllegalStateException(
            "the model has another layout here than on the driver; do both run the same Trireme and DL4J?");
      }
      WorkerOptions options =
          new WorkerOptions(
              seat.self(),
              spec.plan(),
              new ReductionTree(spec.slots().slots()),
              spec.firstStep(),
              TimeUnit.SECONDS.toNanos(spec.transport().timeoutSeconds()));
      try (WorkerCore core = new WorkerCore(options, engine.parameters())) {
        SecureReceiver receiver = new SecureReceiver(session.key(), seat.self(), inbound, core);
        core.countInto(receiver.rejections());
        EngineSlotComputer computer =
            new EngineSlotComputer(engine, examples, spec.slots(), spec.seed());
        try (WorkerLoop loop = loop(spec, core, receiver, computer)) {
          seat.follow(loop);
          seat.ready();
          loop.enter(
              awaitMembership(seat),
              (to, where) ->
                  new SecureSender(
                      session.key(), seat.self(), to, where, session.transport().connect(where)));
          loop.run(seat);
        }
      }
      return result(
          worker, engine.parameters(), Math.toIntExact(spec.layout().length() * Float.BYTES));
    }
  }

  private static WorkerLoop loop(
      JobSpec spec, WorkerCore core, SecureReceiver receiver, EngineSlotComputer computer) {
    return new WorkerLoop(
        core,
        receiver,
        spec.slots(),
        computer,
        Math.toIntExact(spec.layout().length()),
        spec.lastStep(),
        SystemNanoClock.INSTANCE,
        Idling.strategy());
  }

  private static Membership awaitMembership(WorkerSeat seat) throws InterruptedException {
    IdleStrategy idle = Idling.strategy();
    while (true) {
      Membership membership = seat.membership();
      if (membership != null) {
        return membership;
      }
      seat.checkRunning();
      pause(idle);
    }
  }

  private static Dl4jEngine engine(JobSpec spec, ExampleReader examples) {
    var set = examples.description();
    InputFacts facts = new InputFacts(set.height(), set.width(), set.channels(), set.classes());
    Model model = ModelFactory.ofJson(spec.modelJson(), "of run " + spec.run(), spec.seed(), facts);
    SlotPlan slots = spec.slots();
    int capacity = (slots.batchSize() + slots.slots() - 1) / slots.slots();
    return new Dl4jEngine(model, facts, capacity);
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
