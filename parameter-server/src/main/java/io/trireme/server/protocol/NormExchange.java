package io.trireme.server.protocol;

import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerMember;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import io.trireme.server.kernel.GlobalNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.collections.IntArrayQueue;

/**
 * Brings the sums of squares of all blocks of a step together on every server, and adds them in the
 * order of the blocks, so that every server finds the same global norm, bit for bit.
 *
 * <p>One step's shares are all that is ever under way: a server begins the next step only with
 * parameters of every other server, each of which had all shares of the step before.
 */
final class NormExchange implements AutoCloseable {

  private static final int NONE = -1;

  private static final class Link {
    final SecureSender sender;
    final IntArrayQueue waiting = new IntArrayQueue(NONE);

    Link(SecureSender sender) {
      this.sender = sender;
    }
  }

  private final double[] shares;
  private final boolean[] present;
  private final List<Link> links = new ArrayList<>();
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final NormShareEncoder encoder = new NormShareEncoder();
  private int missing;
  private long step;
  private long sharedStep;
  private int generation;

  NormExchange(int blocks, long firstStep) {
    shares = new double[blocks];
    present = new boolean[blocks];
    missing = blocks;
    step = firstStep;
  }

  /** Connects to the generation's other servers. */
  void connect(Membership membership, Peer self, Connector connector) {
    close();
    generation = membership.generation();
    for (ServerMember server : membership.servers()) {
      if (!server.peer().equals(self)) {
        links.add(new Link(connector.connect(server.peer(), server.endpoint())));
      }
    }
  }

  /** Notes the share of a block of this server, and queues it for the others. */
  void share(int block, double sumOfSquares) {
    if (!note(block, step, sumOfSquares)) {
      throw new IllegalStateException(
          "block " + block + " has its share of step " + step + " already");
    }
    sharedStep = step;
    for (int i = 0; i < links.size(); i++) {
      links.get(i).waiting.addInt(block);
    }
  }

  /** Notes the share of a block; false if it is not open or there already. */
  boolean note(int block, long shareStep, double sumOfSquares) {
    if (shareStep != step || block < 0 || block >= shares.length || present[block]) {
      return false;
    }
    present[block] = true;
    shares[block] = sumOfSquares;
    missing--;
    return true;
  }

  /** Whether every block's share of the step is there. */
  boolean isComplete() {
    return missing == 0;
  }

  /**
   * The factor that brings the global norm down to the limit, 1 if it is not above it; opens the
   * next step.
   */
  double finish(double limit) {
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    Arrays.fill(present, false);
    missing = shares.length;
    step++;
    return GlobalNorm.scale(sum, limit);
  }

  /** Sends what waits, as far as the sessions take it. */
  int pump(long nowNs) {
    int sent = 0;
    for (int i = 0; i < links.size(); i++) {
      Link link = links.get(i);
      while (link.sender.ready(nowNs) && !link.waiting.isEmpty()) {
        int block = link.waiting.pollInt();
        encoder
            .wrapAndApplyHeader(link.sender.message(), 0, header)
            .generation(generation)
            .step(sharedStep)
            .block(block)
            .sumOfSquares(shares[block]);
        link.sender.send(encoder.limit(), nowNs);
        sent++;
      }
    }
    return sent;
  }

  int peers() {
    return links.size();
  }

  SecureSender sender(int index) {
    return links.get(index).sender;
  }

  @Override
  public void close() {
    links.forEach(link -> CloseHelper.close(link.sender));
    links.clear();
  }
}
