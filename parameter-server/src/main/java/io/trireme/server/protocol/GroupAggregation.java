package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.ContributionDecoder;
import java.util.List;

/** Gathers the contributions to one group, and makes its updates where it is the primary. */
interface GroupAggregation extends AutoCloseable {

  /**
   * Takes a part of a contribution, as a message brought it.
   *
   * @param link to the worker that sent it, which thereby shows what it has begun
   */
  Receipt accept(
      ReplicaBlock block,
      Peer from,
      WorkerLink link,
      ContributionDecoder message,
      int payloadBytes);

  /** Sends workers the parameters with which they begin a generation. */
  void begin(Sessions sessions);

  /** Goes on with a gradient that only waited to be taken. */
  void resume();

  /** Opens a step, of which nothing is gathered yet. */
  void open(long step);

  /** Forgets what has arrived in part; what is counted stays counted. */
  void forget();

  /** Whether all slots of the open step are counted, and the update can be made. */
  boolean isReduced();

  /** The step that counts next of each slot, where slots are streams of steps; else empty. */
  List<Long> clocks();

  /** Tells what the group waits for, for messages. */
  void describe(StringBuilder text);

  /** Gives back what it holds of contributions. */
  @Override
  void close();
}
