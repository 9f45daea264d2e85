package io.trireme.worker.protocol;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Sessions in memory, in order; some can be shut, and frames can be lost. */
final class MemorySessions implements Transport {

  private final List<End> ends = new ArrayList<>();
  private final Set<Endpoint> shut = new HashSet<>();

  @Override
  public Inbound listen() {
    End end = new End(new Endpoint("host", 1, "driver", ends.size()));
    ends.add(end);
    return end;
  }

  @Override
  public Outbound connect(Endpoint to) {
    End end = ends.get(to.streamId());
    return new Outbound() {
      @Override
      public Offer offer(DirectBuffer frame, int offset, int length) {
        if (end.closed || shut.contains(to)) {
          return Offer.NOT_CONNECTED;
        }
        byte[] copy = new byte[length];
        frame.getBytes(offset, copy);
        end.frames.add(copy);
        return Offer.SENT;
      }

      @Override
      public void close() {}
    };
  }

  /** Takes nothing more to there. */
  void shut(Endpoint to) {
    shut.add(to);
  }

  void open(Endpoint to) {
    shut.remove(to);
  }

  /** What has been sent to there and not been read yet. */
  Deque<byte[]> waiting(Endpoint to) {
    return ends.get(to.streamId()).frames;
  }

  long openEnds() {
    return ends.stream().filter(end -> !end.closed).count();
  }

  private static final class End implements Inbound {
    final Endpoint endpoint;
    final Deque<byte[]> frames = new ArrayDeque<>();
    boolean closed;

    End(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
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
    }
  }
}
