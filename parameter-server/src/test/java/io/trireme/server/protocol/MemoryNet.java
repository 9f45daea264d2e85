package io.trireme.server.protocol;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Peer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Sessions in memory, in order and without loss, that let through as much as they are told to. */
final class MemoryNet {

  private final List<End> ends = new ArrayList<>();

  /** Frames that may still pass from one to another, where there is a limit. */
  private final Map<String, Integer> room = new HashMap<>();

  /** What one life sends and receives with. */
  Transport of(Peer owner) {
    return new Transport() {
      @Override
      public Inbound listen() {
        End end = new End(owner, new Endpoint("host", 1, "driver", ends.size()));
        ends.add(end);
        return end;
      }

      @Override
      public Outbound connect(Endpoint to) {
        return new Session(owner, ends.get(to.streamId()));
      }
    };
  }

  /** Lets so many more frames pass from one to the other, and no more. */
  void limit(Peer from, Peer to, int frames) {
    room.put(from + " " + to, frames);
  }

  /** Lets everything pass again. */
  void unlimit(Peer from, Peer to) {
    room.remove(from + " " + to);
  }

  /** Puts a frame before an end, as an eavesdropper might that has copied it. */
  void inject(Endpoint to, byte[] frame) {
    ends.get(to.streamId()).frames.add(frame);
  }

  /** Loses what has been sent to a life and not been read yet. */
  void lose(Peer to) {
    ends.stream().filter(end -> end.owner.equals(to)).forEach(end -> end.frames.clear());
  }

  /** All frames that were ever sent from one to the other. */
  List<byte[]> sent(Peer from, Peer to) {
    return ends.stream()
        .filter(end -> end.owner.equals(to))
        .flatMap(end -> end.sent.getOrDefault(from, List.of()).stream())
        .toList();
  }

  /** Ends that are not closed. */
  long open() {
    return ends.stream().filter(end -> !end.closed).count();
  }

  private static final class End implements Inbound {
    final Peer owner;
    final Endpoint endpoint;
    final Deque<byte[]> frames = new ArrayDeque<>();
    final Map<Peer, List<byte[]>> sent = new HashMap<>();
    boolean closed;

    End(Peer owner, Endpoint endpoint) {
      this.owner = owner;
      this.endpoint = endpoint;
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
      if (closed) {
        throw new AssertionError(owner + " polls a closed end");
      }
      int polled = 0;
      while (polled < limit && !frames.isEmpty()) {
        byte[] frame = frames.remove();
        handler.onFrame(new UnsafeBuffer(frame), 0, frame.length);
        polled++;
      }
      return polled;
    }

    @Override
    public Endpoint endpoint() {
      return endpoint;
    }

    @Override
    public void close() {
      closed = true;
      frames.clear();
    }
  }

  private final class Session implements Outbound {
    private final Peer from;
    private final End to;

    Session(Peer from, End to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      if (to.closed) {
        return Offer.NOT_CONNECTED;
      }
      String pair = from + " " + to.owner;
      int left = room.getOrDefault(pair, Integer.MAX_VALUE);
      if (left == 0) {
        return Offer.BACK_PRESSURED;
      }
      room.computeIfPresent(pair, (unused, before) -> before - 1);
      byte[] copy = new byte[length];
      frame.getBytes(offset, copy);
      to.frames.add(copy);
      to.sent.computeIfAbsent(from, unused -> new ArrayList<>()).add(copy);
      return Offer.SENT;
    }

    @Override
    public void close() {}
  }
}
