package io.trireme.common.transport.aeron;

import static io.aeron.logbuffer.FrameDescriptor.BEGIN_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.END_FRAG_FLAG;
import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.logbuffer.Header;
import io.aeron.protocol.DataHeaderFlyweight;
import io.trireme.common.wire.Frames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class BoundedAssemblerTest {

  private static final int MOST = 4;
  private static final int PART = 1_000;

  private final List<String> frames = new ArrayList<>();
  private final Set<Object> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
  private final BoundedAssembler assembler =
      new BoundedAssembler(
          (buffer, offset, length, header) -> {
            frames.add(
                length == 0
                    ? "none"
                    : length
                        + " of "
                        + buffer.getByte(offset)
                        + buffer.getByte(offset + length - 1));
            buffers.add(buffer.byteArray());
          },
          MOST);

  private void part(int session, byte flags) {
    part(session, flags, PART);
  }

  private void part(int session, byte flags, int length) {
    int header = DataHeaderFlyweight.HEADER_LENGTH;
    UnsafeBuffer term = new UnsafeBuffer(ByteBuffer.allocateDirect(header + length));
    term.setMemory(header, length, (byte) session);
    DataHeaderFlyweight frame = new DataHeaderFlyweight();
    frame.wrap(term);
    frame.sessionId(session).flags(flags);
    Header at = new Header(0, 16);
    at.buffer(term);
    at.offset(0);
    assembler.onFragment(term, header, length, at);
  }

  @Test
  void framesOfManySendersComeApartAndTheirBuffersAreUsedAgain() {
    for (int round = 0; round < 100; round++) {
      for (int session = 1; session <= MOST; session++) {
        part(session, BEGIN_FRAG_FLAG);
      }
      for (int session = 1; session <= MOST; session++) {
        part(session, (byte) 0);
      }
      for (int session = MOST; session >= 1; session--) {
        part(session, END_FRAG_FLAG);
      }
    }
    assertThat(frames).hasSize(100 * MOST);
    assertThat(frames.subList(0, MOST))
        .containsExactly("3000 of 44", "3000 of 33", "3000 of 22", "3000 of 11");
    assertThat(frames.subList(4 * 99, 400)).isEqualTo(frames.subList(0, MOST));
    assertThat(buffers).hasSize(MOST);
  }

  @Test
  void whatGrowsBeyondAFrameIsNone() {
    part(1, BEGIN_FRAG_FLAG, Frames.MAX_FRAME_BYTES);
    part(1, END_FRAG_FLAG, 1);
    part(2, BEGIN_FRAG_FLAG);
    part(2, END_FRAG_FLAG);
    assertThat(frames).containsExactly("none", "2000 of 22");
  }

  @Test
  void sendersThatNeverEndTheirFramesFillNoMemory() {
    for (int session = 1; session <= 10_000; session++) {
      part(session, BEGIN_FRAG_FLAG);
    }
    part(10_000, END_FRAG_FLAG);
    for (int session = 1; session <= MOST; session++) {
      part(session, BEGIN_FRAG_FLAG);
      part(session, END_FRAG_FLAG);
    }
    assertThat(frames).hasSize(1 + MOST);
    assertThat(buffers.size()).isLessThanOrEqualTo(MOST);
  }
}
