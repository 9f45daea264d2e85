package io.trireme.driver.sim;

import io.trireme.common.message.Membership;
import io.trireme.common.message.StepReport;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.worker.SlotComputer;
import io.trireme.worker.WorkerLoop;
import io.trireme.worker.protocol.ResidualStore;
import io.trireme.worker.protocol.WorkerOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A worker of a {@link LiveJob}, whose frames can be overheard once their step is over. */
final class LiveWorker implements WorkerLoop.Observer, SlotComputer, Transport {

  /** A frame that was sent, and arrived. */
  record Overheard(Endpoint to, byte[] frame) {}

  private static final int FRAMES_A_STEP = 8;

  final Peer self;
  final Queue<Overheard> overheard = new ConcurrentLinkedQueue<>();
  final UnsafeBuffer parameters;
  volatile boolean broken;
  volatile boolean finished;
  private final Oracle oracle;
  private final LiveJob job;
  private final Transport transport;
  private final Inbox inbox;
  private final UnsafeBuffer gradient;
  private final List<Overheard> underWay = new ArrayList<>();
  private final Thread thread = new Thread(this::run);
  private volatile WorkerLoop.@Nullable Entry entry;

  LiveWorker(Peer self, Oracle oracle, LiveJob job, Transport transport) {
    this.self = self;
    this.oracle = oracle;
    this.job = job;
    this.transport = transport;
    inbox = new Inbox(transport);
    parameters = new UnsafeBuffer(ByteBuffer.allocateDirect(oracle.length * Float.BYTES));
    gradient = new UnsafeBuffer(ByteBuffer.allocateDirect(oracle.length * Float.BYTES));
  }

  Endpoint seal() {
    Endpoint endpoint = inbox.seal(LiveJob.GENERATION) ? inbox.endpoint() : null;
    if (endpoint == null) {
      throw new AssertionError(self + " cannot seal");
    }
    return endpoint;
  }

  void start(Membership membership) {
    Inbound inbound = inbox.take(LiveJob.GENERATION);
    if (inbound == null) {
      throw new AssertionError(self + " has not sealed");
    }
    entry = new WorkerLoop.Entry(membership, inbound);
    thread.start();
  }

  private void run() {
    try (WorkerLoop loop =
        new WorkerLoop(
            new WorkerOptions(
                self,
                oracle.plan,
                new ReductionTree(oracle.slots.slots()),
                oracle.steps,
                false,
                CompressionPlan.plain(oracle.plan),
                false),
            job.key,
            this,
            parameters,
            oracle.slots,
            this,
            oracle.length,
            SystemNanoClock.INSTANCE,
            new SleepingMillisIdleStrategy(1),
            this,
            ResidualStore.NONE)) {
      loop.run();
      finished = true;
    } catch (InterruptedException | RuntimeException | Error e) {
      job.errors.add(e);
    }
  }

  void stop() {
    thread.interrupt();
    try {
      thread.join(LiveJob.LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    inbox.close();
  }

  @Override
  public boolean hasEntry() {
    return entry != null;
  }

  @Override
  public WorkerLoop.@Nullable Entry takeEntry() {
    WorkerLoop.Entry taken = entry;
    entry = null;
    return taken;
  }

  @Override
  public void onCompute() {
    // All parameters of a step prove that what was sent for the one before has arrived.
    overheard.addAll(underWay);
    underWay.clear();
    try {
      if (!job.permits.tryAcquire(LiveJob.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(self + " was not permitted another step");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void onStep(StepReport step) {}

  @Override
  public void onBroken(int generation) {
    broken = true;
  }

  @Override
  public void checkRunning() {
    if (!job.errors.isEmpty()) {
      throw new IllegalStateException("the job has failed");
    }
  }

  @Override
  public double compute(long step, int slot) {
    float[] at = new float[oracle.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = parameters.getFloat(i * Float.BYTES);
    }
    float[] floats = oracle.sum(step, slot, slot + 1, at);
    for (int i = 0; i < at.length; i++) {
      gradient.putFloat(i * Float.BYTES, floats[i]);
    }
    return 1;
  }

  @Override
  public DirectBuffer gradient() {
    return gradient;
  }

  @Override
  public Inbound listen() {
    return transport.listen();
  }

  @Override
  public Outbound connect(Endpoint to) {
    Outbound session = transport.connect(to);
    return new Outbound() {
      @Override
      public Offer offer(DirectBuffer frame, int offset, int length) {
        Offer offer = session.offer(frame, offset, length);
        if (offer == Offer.SENT && underWay.size() < FRAMES_A_STEP) {
          byte[] copy = new byte[length];
          frame.getBytes(offset, copy);
          underWay.add(new Overheard(to, copy));
        }
        return offer;
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
