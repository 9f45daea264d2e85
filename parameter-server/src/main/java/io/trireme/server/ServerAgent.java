package io.trireme.server;

import io.trireme.common.message.FailureReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerReport;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.CipherWarmUp;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.server.protocol.GroupUpdaters;
import io.trireme.server.protocol.ServerLife;
import io.trireme.server.protocol.ServerOptions;
import io.trireme.server.protocol.ServerRules;
import io.trireme.server.protocol.Snapshots;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a server on a thread of its own: fetches what it is to load when it starts, then runs
 * the {@link ServerLife}. Other threads hand it generations by {@link #follow} and read its state
 * by {@link #report}.
 */
public final class ServerAgent implements Agent {

  private static final Logger LOG = LoggerFactory.getLogger(ServerAgent.class);
  private static final long WARM_UP_LIMIT_NS = TimeUnit.SECONDS.toNanos(3);
  private static final long REPORT_AGE_NS = TimeUnit.MILLISECONDS.toNanos(20);

  /** What it is to follow; replaced as a whole. */
  private record Target(int forming, @Nullable Membership membership) {}

  private final Peer self;
  private final List<Integer> load;
  private final Rejections rejections = new Rejections();
  private final ServerLife life;
  private final NanoClock clock;
  private long reportedNs;
  private volatile Target target = new Target(0, null);
  private volatile ServerReport report;

  /**
   * An agent that loads block groups when it starts.
   *
   * @param load the groups to load
   * @param updaters asked on the agent's thread; may block
   * @param snapshots takes what the server serves at steps that are due, on the agent's thread
   */
  public ServerAgent(
      ServerOptions options,
      List<Integer> load,
      JobKey key,
      Transport transport,
      GroupUpdaters updaters,
      Snapshots snapshots,
      NanoClock clock) {
    this.self = options.self();
    this.load = load;
    this.clock = clock;
    life =
        new ServerLife(
            options, key, transport, updaters, rejections, snapshots, ServerRules.STANDARD);
    report = failed(null);
  }

  private ServerReport failed(@Nullable FailureReport why) {
    return new ServerReport(
        self, false, 0, null, List.of(), false, false, 0, 0, self + " is starting", Map.of(), why);
  }

  @Override
  public void onStart() {
    try {
      double rate = CipherWarmUp.run(clock, WARM_UP_LIMIT_NS);
      LOG.info("{}: ciphers run at {} GB/s", self, rate);
      life.load(load);
      report = life.report(clock.nanoTime(), null);
    } catch (RuntimeException | Error e) {
      throw fail(e);
    }
  }

  @Override
  public int doWork() {
    try {
      Target now = target;
      boolean changed = life.follow(now.forming(), now.membership());
      long nowNs = clock.nanoTime();
      int work = life.doWork(nowNs);
      if (changed || nowNs - reportedNs >= REPORT_AGE_NS) {
        report = life.report(nowNs, null);
        reportedNs = nowNs;
      }
      return work;
    } catch (RuntimeException | Error e) {
      throw fail(e);
    }
  }

  private AgentTerminationException fail(Throwable e) {
    report = failed(FailureReport.of(e));
    return new AgentTerminationException(e);
  }

  /** Hands it the generation to seal for and the one that is formed; safe from any thread. */
  public void follow(int forming, @Nullable Membership membership) {
    target = new Target(forming, membership);
  }

  /** Which life it is. */
  public Peer self() {
    return self;
  }

  /** Its state, perhaps a moment old; safe from any thread. */
  public ServerReport report() {
    return report;
  }

  @Override
  public void onClose() {
    life.close();
  }

  @Override
  public String roleName() {
    return "trireme-server-" + self.index();
  }
}
