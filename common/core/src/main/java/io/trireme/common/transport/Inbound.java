package io.trireme.common.transport;

import org.agrona.DirectBuffer;

/** The receiving end of all sessions to one endpoint. For one thread. */
public interface Inbound extends AutoCloseable {

  /** Takes a frame; the bytes are gone when this returns. */
  @FunctionalInterface
  interface FrameHandler {
    /** One frame, of one sender, in the order in which that sender sent it. */
    void onFrame(DirectBuffer buffer, int offset, int length);
  }

  /**
   * Hands out up to about {@code limit} frames that are there, and returns how many. Never blocks.
   */
  int poll(FrameHandler handler, int limit);

  /** Where this end can be reached. */
  Endpoint endpoint();

  @Override
  void close();
}
