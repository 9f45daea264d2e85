package io.trireme.worker.sim;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sessions in memory: each ordered and reliable, with little room, and with frames of different
 * sessions handed out in an order that a seeded generator picks.
 */
final class SimulatedNetwork implements Transport {

  private static final int ROOM = 3;

  /** What may be done to a frame in flight. */
  interface Tamper {
    /** How often the frame arrives: 1 as a rule. */
    int copies(byte[] frame);
  }

  private final SplittableRandom random;
  private final Tamper tamper;
  private final Map<Integer, List<Queue<byte[]>>> sessions = new HashMap<>();
  private int nextStream = 1;

  SimulatedNetwork(SplittableRandom random, Tamper tamper) {
    this.random = random;
    this.tamper = tamper;
  }

  @Override
  public Inbound listen() {
    int stream = nextStream++;
    sessions.put(stream, new ArrayList<>());
    return new SimulatedInbound(new Endpoint("sim", 1, "sim", stream));
  }

  @Override
  public Outbound connect(Endpoint to) {
    Queue<byte[]> session = new ArrayDeque<>();
    sessionsOf(to).add(session);
    return new SimulatedOutbound(session);
  }

  private List<Queue<byte[]>> sessionsOf(Endpoint endpoint) {
    List<Queue<byte[]>> found = sessions.get(endpoint.streamId());
    if (found == null) {
      throw new IllegalStateException("nobody listens at " + endpoint);
    }
    return found;
  }

  private final class SimulatedOutbound implements Outbound {
    private final Queue<byte[]> session;

    SimulatedOutbound(Queue<byte[]> session) {
      this.session = session;
    }

    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      if (session.size() >= ROOM || random.nextInt(4) == 0) {
        return Offer.BACK_PRESSURED;
      }
      byte[] copy = new byte[length];
      frame.getBytes(offset, copy);
      int copies = tamper.copies(copy);
      for (int i = 0; i < copies; i++) {
        session.add(copy.clone());
      }
      return Offer.SENT;
    }

    @Override
    public void close() {
      session.clear();
    }
  }

  private final class SimulatedInbound implements Inbound {
    private final Endpoint endpoint;

    SimulatedInbound(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
      List<Queue<byte[]>> open = sessionsOf(endpoint);
      int handed = 0;
      int wanted = random.nextInt(limit + 1);
      while (handed < wanted) {
        List<Queue<byte[]>> filled = open.stream().filter(queue -> !queue.isEmpty()).toList();
        if (filled.isEmpty()) {
          break;
        }
        byte[] frame = filled.get(random.nextInt(filled.size())).remove();
        handler.onFrame(new UnsafeBuffer(frame), 0, frame.length);
        handed++;
      }
      return handed;
    }

    @Override
    public Endpoint endpoint() {
      return endpoint;
    }

    @Override
    public void close() {
      sessions.remove(endpoint.streamId());
    }
  }
}
