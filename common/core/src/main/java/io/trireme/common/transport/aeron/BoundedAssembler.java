package io.trireme.common.transport.aeron;

import io.aeron.BufferBuilder;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.trireme.common.wire.Frames;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Puts frames together that came in several datagrams. Unlike Aeron's own, it keeps nothing of a
 * session between frames and drops what grows beyond a frame, so that a stranger who reaches the
 * port cannot fill the memory. Buffers are used again for the next frame of anyone. For one thread.
 */
final class BoundedAssembler implements FragmentHandler {

  private final FragmentHandler whole;
  private final int mostPartial;
  private final Int2ObjectHashMap<BufferBuilder> partial = new Int2ObjectHashMap<>();
  private final ArrayDeque<BufferBuilder> free = new ArrayDeque<>();

  /**
   * An assembler with nothing in it.
   *
   * @param whole takes the frames
   * @param mostPartial frames under way at a time; as many as there may be senders
   */
  BoundedAssembler(FragmentHandler whole, int mostPartial) {
    this.whole = whole;
    this.mostPartial = mostPartial;
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
      end(session, builder);
      // Nothing of it, so that it is counted as what it is: no frame.
      whole.onFragment(buffer, offset, 0, header);
      return;
    }
    builder.append(buffer, offset, length);
    if (ends) {
      partial.remove(session);
      try {
        whole.onFragment(builder.buffer(), 0, builder.limit(), header);
      } finally {
        free.push(builder);
      }
    }
  }

  private BufferBuilder begin(int session) {
    BufferBuilder known = partial.get(session);
    if (known != null) {
      return known.reset();
    }
    if (partial.size() >= mostPartial) {
      free.addAll(partial.values());
      partial.clear();
    }
    BufferBuilder builder =
        free.isEmpty() ? new BufferBuilder(Frames.MAX_FRAME_BYTES) : free.pop().reset();
    partial.put(session, builder);
    return builder;
  }

  private void end(int session, BufferBuilder builder) {
    partial.remove(session);
    free.push(builder);
  }
}
