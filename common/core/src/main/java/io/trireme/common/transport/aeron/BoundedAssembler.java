package io.trireme.common.transport.aeron;

import io.aeron.BufferBuilder;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.trireme.common.wire.Frames;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Puts frames together that came in several datagrams. Unlike Aeron's own, it keeps nothing of a
 * session between frames and drops what grows beyond a frame, so that a stranger who reaches the
 * port cannot fill the memory. For one thread.
 */
final class BoundedAssembler implements FragmentHandler {

  /** Frames under way at a time; as many as members a job may have, and then some. */
  private static final int MOST_PARTIAL_FRAMES = 1024;

  private final FragmentHandler whole;
  private final Int2ObjectHashMap<BufferBuilder> partial = new Int2ObjectHashMap<>();

  BoundedAssembler(FragmentHandler whole) {
    this.whole = whole;
  }

  @Override
  public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
    byte flags = header.flags();
    boolean begins = (flags & FrameDescriptor.BEGIN_FRAG_FLAG) != 0;
    boolean ends = (flags & FrameDescriptor.END_FRAG_FLAG) != 0;
    int session = header.sessionId();
    if (begins && ends) {
      whole.onFragment(buffer, offset, length, header);
      return;
    }
    BufferBuilder builder = begins ? begin(session) : partial.get(session);
    if (builder == null) {
      return;
    }
    if (builder.limit() + length > Frames.MAX_FRAME_BYTES) {
      partial.remove(session);
      // Nothing of it, so that it is counted as what it is: no frame.
      whole.onFragment(buffer, offset, 0, header);
      return;
    }
    builder.append(buffer, offset, length);
    if (ends) {
      partial.remove(session);
      whole.onFragment(builder.buffer(), 0, builder.limit(), header);
    }
  }

  private BufferBuilder begin(int session) {
    if (partial.size() >= MOST_PARTIAL_FRAMES) {
      partial.clear();
    }
    BufferBuilder builder = new BufferBuilder(Frames.MAX_FRAME_BYTES);
    partial.put(session, builder);
    return builder;
  }
}
