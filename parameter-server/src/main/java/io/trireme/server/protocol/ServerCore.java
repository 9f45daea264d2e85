package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;

/**
 * One server from generation to generation: adds contributions up, lets the backup have the mean
 * gradient of a group that is complete, applies the optimizer, and sends the new parameters to
 * every worker unasked once the backup has answered. As a backup it applies what the primary sends.
 * Driven by one thread.
 */
public final class ServerCore implements AutoCloseable {

  private final ServerOptions options;
  private final ServerRules rules;
  private final ContributionPool pool;
  private final Aggregation aggregation;
  private final Replicas replicas;
  private final SnapshotDuty snapshots;
  private final Replication replication;
  private final ServerInbox inbox;
  private Sessions sessions = Sessions.none();
  private int entered;

  /**
   * A server that holds nothing yet.
   *
   * @param updaters makes what it holds; the server owns what was made
   * @param rejections counts the messages that it drops
   * @param snapshots takes the groups that it serves at steps that are due
   */
  public ServerCore(
      ServerOptions options,
      GroupUpdaters updaters,
      Rejections rejections,
      Snapshots snapshots,
      ServerRules rules) {
    this.options = options;
    this.rules = rules;
    pool = ContributionPool.of(options);
    aggregation = Aggregation.of(options, rules, pool);
    replicas = new Replicas(options, updaters, aggregation);
    this.snapshots = new SnapshotDuty(snapshots, replicas);
    replication = new Replication(options, replicas, this.snapshots, rules);
    inbox = new ServerInbox(options, replicas, aggregation, replication, rejections);
  }

  /** Takes the messages that are sent to the server. */
  public SecureReceiver.MessageHandler inbox() {
    return inbox;
  }

  /** Fetches groups as they are before the first step; may block. */
  public void load(List<Integer> groups) {
    replicas.load(groups);
  }

  /**
   * Stops all that belongs to the generation that was entered last: from here on nothing is
   * counted, applied or sent until the next one is entered.
   *
   * @return how far each group is that this server holds whole
   */
  public List<GroupStep> seal() {
    if (rules.stopsWhenSealed()) {
      stop();
    }
    List<GroupStep> steps = new ArrayList<>();
    for (Replica replica : replicas.all()) {
      if (replica.isWhole()) {
        steps.add(replica.groupStep(entered));
      }
    }
    return steps;
  }

  private void stop() {
    snapshots.seal();
    Sessions old = sessions;
    sessions = Sessions.none();
    inbox.enter(sessions);
    aggregation.seal();
    replicas.all().forEach(Replica::seal);
    old.close();
  }

  /**
   * Enters a generation, having sealed for it: takes its groups, connects to its workers and
   * servers, and sends the parameters of the generation's first step to each worker.
   *
   * @throws IllegalStateException if it is to be the primary of a group that it has no whole state
   *     of
   */
  public void enter(Membership membership, Connector connector) {
    stop();
    entered = membership.generation();
    replicas.hold(membership);
    takeCodecs(membership);
    sessions = new Sessions(membership, connector);
    sessions.connectWorkers();
    replication.enter(sessions);
    inbox.enter(sessions);
    aggregation.enter(sessions, replicas);
  }

  private void takeCodecs(Membership membership) {
    if (membership.codecs() == null) {
      return;
    }
    CompressionSchedule schedule =
        CompressionSchedule.of(options.compression(), membership.codecs());
    for (Block block : options.plan().blocks()) {
      pool.enter(schedule.maxGradientBytes(block.index()));
    }
    replicas.enter(schedule);
  }

  /**
   * Sends what waits, as far as the sessions take it, and copies for checkpoints when there is
   * nothing to send.
   *
   * @return how much was done
   */
  public int doWork(long nowNs) {
    int sent = sessions.pump(nowNs);
    return sent == 0 ? snapshots.idle() : sent;
  }

  /** Whether it has all of the state of every group that it holds. */
  public boolean isWhole() {
    for (Replica replica : replicas.all()) {
      if (!replica.isWhole()) {
        return false;
      }
    }
    return true;
  }

  /** The most steps that it let a worker be ahead of the slowest slot; 0 for whole steps. */
  public long staleness() {
    return aggregation.staleness();
  }

  /** What it waits for, for messages about a stall. */
  public String waitsFor(long nowNs) {
    return Waiting.of(options, replicas, sessions, nowNs);
  }

  @Override
  public void close() {
    try {
      sessions.close();
    } finally {
      CloseHelper.closeAll(replicas, pool);
    }
  }
}
