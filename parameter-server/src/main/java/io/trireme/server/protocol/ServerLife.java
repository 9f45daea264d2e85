package io.trireme.server.protocol;

import io.trireme.common.message.FailureReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.LinkKeys;
import io.trireme.common.wire.Rejections;
import java.util.List;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * One life of a server, from generation to generation: seals for the next one when told to, with an
 * endpoint of its own for it, and enters it when it is formed. What belongs to an older generation
 * then has nowhere to arrive. For one thread.
 */
public final class ServerLife implements AutoCloseable {

  private static final int FRAMES_PER_POLL = 16;

  private final ServerOptions options;
  private final LinkKeys key;
  private final Transport transport;
  private final Inbox inbox;
  private final Rejections rejections;
  private final ServerRules rules;
  private final ServerCore core;
  private List<GroupStep> steps = List.of();
  private boolean ready;
  private long takenBefore;
  private int entered;
  private @Nullable SecureReceiver receiver;

  /** A life that has not begun. */
  public ServerLife(
      ServerOptions options,
      LinkKeys key,
      Transport transport,
      GroupUpdaters updaters,
      Rejections rejections,
      Snapshots snapshots,
      ServerRules rules) {
    this.options = options;
    this.key = key;
    this.transport = transport;
    this.inbox = new Inbox(transport);
    this.rejections = rejections;
    this.rules = rules;
    core = new ServerCore(options, updaters, rejections, snapshots, rules);
  }

  /** Fetches groups as they are before the first step; may block. */
  public void load(List<Integer> groups) {
    core.load(groups);
    ready = true;
  }

  /**
   * Seals for a generation, or enters it, if that is what comes next; returns whether it did.
   *
   * @param forming the generation to seal for; 0 for none yet
   * @param membership the newest generation that is formed, if any
   */
  public boolean follow(int forming, @Nullable Membership membership) {
    boolean changed = false;
    if (forming > inbox.sealed()) {
      seal(forming);
      changed = true;
    }
    if (membership != null && membership.generation() > entered && membership.has(options.self())) {
      Inbound inbound = inbox.take(membership.generation());
      if (inbound != null) {
        enter(membership, inbound);
        changed = true;
      }
    }
    return changed;
  }

  private void seal(int generation) {
    steps = core.seal();
    if (rules.stopsWhenSealed()) {
      stopReceiving();
    }
    if (!inbox.seal(generation)) {
      throw new IllegalStateException(options.self() + " cannot seal for generation " + generation);
    }
  }

  private void stopReceiving() {
    SecureReceiver old = receiver;
    receiver = null;
    if (old != null) {
      takenBefore += old.taken();
      old.close();
    }
  }

  private void enter(Membership membership, Inbound inbound) {
    stopReceiving();
    int generation = membership.generation();
    entered = generation;
    steps = List.of();
    receiver =
        new SecureReceiver(
            key, generation, options.self(), membership.peers(), inbound, rejections, core.inbox());
    core.enter(
        membership,
        (to, where) ->
            new SecureSender(key, generation, options.self(), to, where, transport.connect(where)));
  }

  /** Handles messages that are there and sends what waits; returns how much was done. */
  public int doWork(long nowNs) {
    SecureReceiver input = receiver;
    if (input == null) {
      return 0;
    }
    return input.poll(FRAMES_PER_POLL) + core.doWork(nowNs);
  }

  /** How it is doing. */
  public ServerReport report(long nowNs, @Nullable FailureReport failure) {
    SecureReceiver input = receiver;
    return new ServerReport(
        options.self(),
        ready,
        inbox.sealed(),
        inbox.endpoint(),
        steps,
        core.isWhole(),
        input != null && input.hasGap(),
        takenBefore + (input == null ? 0 : input.taken()),
        core.staleness(),
        core.waitsFor(nowNs),
        rejections.counted(),
        failure);
  }

  @Override
  public void close() {
    CloseHelper.closeAll(inbox, receiver, core);
  }
}
