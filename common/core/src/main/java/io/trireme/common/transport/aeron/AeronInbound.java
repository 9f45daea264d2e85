package io.trireme.common.transport.aeron;

import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.TransportException;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/** Receives on one stream, through shared memory and UDP alike. */
final class AeronInbound implements Inbound {

  private final Subscription ipc;
  private final Subscription udp;
  private final Endpoint endpoint;
  private final FragmentHandler fragments;
  private final BoundedAssembler assembler;
  private @Nullable FrameHandler handler;

  AeronInbound(Subscription ipc, Subscription udp, Endpoint endpoint, int mostSessions) {
    this.ipc = ipc;
    this.udp = udp;
    this.endpoint = endpoint;
    this.fragments =
        (buffer, offset, length, header) -> {
          FrameHandler frames = handler;
          if (frames != null) {
            frames.onFrame(buffer, offset, length);
          }
        };
    this.assembler = new BoundedAssembler(fragments, mostSessions);
  }

  @Override
  public int poll(FrameHandler frames, int limit) {
    handler = frames;
    if (udp.isClosed()) {
      throw new TransportException("the stream of " + endpoint + " was closed under its receiver");
    }
    // Through shared memory frames come whole.
    return ipc.poll(fragments, limit) + udp.poll(assembler, limit);
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    CloseHelper.closeAll(ipc, udp);
  }
}
