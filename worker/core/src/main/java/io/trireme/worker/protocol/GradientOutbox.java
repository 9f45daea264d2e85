package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.message.ServerMember;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureSender;
import io.trireme.kernels.codec.Finite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Sends one contribution after the other: the blocks of a node's gradient, each to its server. */
final class GradientOutbox implements AutoCloseable {

  private static final int FRAMES_PER_TURN = 8;

  private final WorkerOptions options;
  private final GradientEncoders encoders;
  private final int vectorLength;
  private final List<ServerLink> servers = new ArrayList<>();
  private @Nullable Outgoing outgoing;
  private @Nullable String nonFinite;
  private long sentBefore;

  /** With encoders that it does not own. */
  GradientOutbox(WorkerOptions options, GradientEncoders encoders) {
    this.options = options;
    this.encoders = encoders;
    vectorLength = options.plan().blocks().stream().mapToInt(Block::length).sum();
  }

  /** Connects to the servers of a generation; links of the one before must be closed. */
  void enter(Map<ServerMember, List<Block>> primaries, Connector connector) {
    outgoing = null;
    nonFinite = null;
    primaries.forEach(
        (server, blocks) -> {
          if (!blocks.isEmpty()) {
            servers.add(
                new ServerLink(connector.connect(server.peer(), server.endpoint()), blocks));
          }
        });
  }

  /** Another step begins: no gradient of it is known to be no number. */
  void beginStep() {
    nonFinite = null;
  }

  /** See {@link WorkerCore#push}. */
  void push(int generation, long step, TreeNode node, DirectBuffer sum) {
    int bad = Finite.firstNonFinite(sum, 0, vectorLength);
    if (bad >= 0) {
      nonFinite = describe(step, node, sum.getFloat(bad * Float.BYTES), bad);
      if (!options.skipNonFinite()) {
        throw new NonFiniteGradientException(
            nonFinite
                + ": training has diverged; lower the learning rate, warm it up, or clip the"
                + " gradient (optimizer.clipGlobalNorm), or skip such steps (onNonFinite: skip)");
      }
    }
    outgoing = new Outgoing(generation, step, node, sum, bad, encoders);
    for (int i = 0; i < servers.size(); i++) {
      servers.get(i).begin();
    }
  }

  private String describe(long step, TreeNode node, float value, int index) {
    String slots =
        node.hi() - node.lo() == 1
            ? "slot " + node.lo()
            : "slots " + node.lo() + " to " + (node.hi() - 1);
    return "the gradient of "
        + options.self()
        + " at step "
        + step
        + ", "
        + slots
        + ", is "
        + value
        + " at "
        + options.compression().placeOf(index);
  }

  /** Where the gradient of the step begun last was no number; null if it was one. */
  @Nullable String nonFinite() {
    return nonFinite;
  }

  /** Whether the last contribution has been handed to the sessions. */
  boolean isPushed(long nowNs) {
    for (int i = 0; i < servers.size(); i++) {
      if (!servers.get(i).isDrained(nowNs)) {
        return false;
      }
    }
    return true;
  }

  /** Sends what waits, as far as the sessions take it; returns how many frames. */
  int pump(long nowNs) {
    Outgoing sent = outgoing;
    if (sent == null) {
      return 0;
    }
    int work = 0;
    for (int i = 0; i < servers.size(); i++) {
      work += servers.get(i).pump(sent, nowNs, FRAMES_PER_TURN);
    }
    return work;
  }

  /** Which session takes nothing, in words; null if all do. */
  @Nullable String waitsFor(long nowNs) {
    for (int i = 0; i < servers.size(); i++) {
      SecureSender sender = servers.get(i).sender();
      if (sender.blockedNs(nowNs) > TimeUnit.SECONDS.toNanos(1)) {
        return "could send nothing to "
            + sender.to()
            + " at "
            + sender.endpoint()
            + " for "
            + TimeUnit.NANOSECONDS.toSeconds(sender.blockedNs(nowNs))
            + " s";
      }
    }
    return null;
  }

  /** Bytes of frames sent so far, in all generations. */
  long sentBytes() {
    long sum = sentBefore;
    for (int i = 0; i < servers.size(); i++) {
      sum += servers.get(i).sender().sentBytes();
    }
    return sum;
  }

  /** Stops sending: what has not left is dropped. */
  @Override
  public void close() {
    sentBefore = sentBytes();
    List<ServerLink> links = List.copyOf(servers);
    servers.clear();
    CloseHelper.closeAll(links);
  }
}
