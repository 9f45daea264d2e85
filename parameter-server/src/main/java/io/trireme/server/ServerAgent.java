package io.trireme.server;

import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerReport;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.CipherWarmUp;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Rejections;
import io.trireme.server.protocol.GroupUpdater;
import io.trireme.server.protocol.ServerCore;
import io.trireme.server.protocol.ServerOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server on a thread of its own: fetches its parameters when it starts, then runs the {@link
 * ServerCore}. Other threads hand it a generation by {@link #enter} and read its state by {@link
 * #report}.
 */
public final class ServerAgent implements Agent {

  private static final Logger LOG = LoggerFactory.getLogger(ServerAgent.class);
  private static final int FRAMES_PER_POLL = 16;
  private static final long WARM_UP_LIMIT_NS = TimeUnit.SECONDS.toNanos(3);
  private static final int TURNS_PER_NOTE = 4096;

  private final ServerOptions options;
  private final JobKey key;
  private final Transport transport;
  private final Function<BlockGroup, GroupUpdater> updaters;
  private final NanoClock clock;
  private @Nullable ServerCore core;
  private @Nullable SecureReceiver receiver;
  private int enteredGeneration;
  private int turns;

  private volatile @Nullable Membership membership;
  private volatile @Nullable Endpoint endpoint;
  private volatile @Nullable Rejections rejections;
  private volatile @Nullable String failure;
  private volatile String waitsFor = "starting";

  /**
   * An agent that makes its groups' updaters, with the initial parameters in them, when it starts.
   *
   * @param updaters called once for each group on the agent's thread; may block
   */
  public ServerAgent(
      ServerOptions options,
      JobKey key,
      Transport transport,
      Function<BlockGroup, GroupUpdater> updaters,
      NanoClock clock) {
    this.options = options;
    this.key = key;
    this.transport = transport;
    this.updaters = updaters;
    this.clock = clock;
  }

  @Override
  public void onStart() {
    try {
      double rate = CipherWarmUp.run(clock, WARM_UP_LIMIT_NS);
      LOG.info("{}: ciphers run at {} GB/s", options.self(), rate);
      ServerCore made = new ServerCore(options, updaters);
      core = made;
      Inbound inbound = transport.listen();
      SecureReceiver input = new SecureReceiver(key, options.self(), inbound, made);
      receiver = input;
      made.countInto(input.rejections());
      rejections = input.rejections();
      endpoint = inbound.endpoint();
    } catch (RuntimeException | Error e) {
      throw fail(e);
    }
  }

  @Override
  public int doWork() {
    ServerCore server = core;
    SecureReceiver input = receiver;
    if (server == null || input == null) {
      throw new AgentTerminationException();
    }
    try {
      enterNext(server, input);
      int work = input.poll(FRAMES_PER_POLL) + server.doWork(clock.nanoTime());
      if (++turns % TURNS_PER_NOTE == 0) {
        waitsFor = server.waitsFor();
      }
      return work;
    } catch (RuntimeException | Error e) {
      throw fail(e);
    }
  }

  private void enterNext(ServerCore server, SecureReceiver input) {
    Membership next = membership;
    if (next == null || next.generation() == enteredGeneration) {
      return;
    }
    next.workers().forEach(worker -> input.admit(worker.peer()));
    next.servers().forEach(other -> input.admit(other.peer()));
    Connector connector =
        (to, where) -> new SecureSender(key, options.self(), to, where, transport.connect(where));
    server.enter(next, connector);
    enteredGeneration = next.generation();
  }

  private AgentTerminationException fail(Throwable e) {
    String message = e.getMessage();
    failure = message == null || e instanceof Error ? e.toString() : message;
    return new AgentTerminationException(e);
  }

  /** Hands it a generation; safe from any thread. */
  public void enter(Membership next) {
    membership = next;
  }

  /** Its state; safe from any thread. */
  public ServerReport report() {
    Rejections counts = rejections;
    Endpoint where = endpoint;
    return new ServerReport(
        options.self().index(),
        options.self().incarnation(),
        where,
        where != null,
        waitsFor,
        counts == null ? Map.of() : counts.counted(),
        failure);
  }

  @Override
  public void onClose() {
    CloseHelper.closeAll(receiver, core);
  }

  @Override
  public String roleName() {
    return "trireme-server-" + options.self().index();
  }
}
