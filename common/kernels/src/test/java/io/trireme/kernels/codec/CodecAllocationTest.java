package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Encoders and decoders allocate nothing per call. The Vector API makes objects until its callers
 * are compiled, so the test goes on until they are; it fails by its limit.
 */
@Timeout(600)
class CodecAllocationTest {

  private static final int LENGTH = 9_001;
  private static final int CALLS = 16;
  private static final int ROUNDS_IN_A_ROW = 3;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private long step;

  static Stream<CodecSpec> codecs() {
    return Codecs.all();
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void nothingPerCall(CodecSpec codec) {
    UnsafeBuffer gradient = Codecs.of(Codecs.gaussian(1, LENGTH, 1));
    UnsafeBuffer decoded = Codecs.offHeap(4 * LENGTH);
    try (BlockEncoder encoder = codec.encoder(Codecs.shape(LENGTH))) {
      BlockDecoder decoder = codec.decoder(Codecs.shape(LENGTH));
      UnsafeBuffer message = Codecs.offHeap(encoder.maxEncodedBytes());
      for (int free = 0; free < ROUNDS_IN_A_ROW; ) {
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean good = true;
        for (int call = 0; call < CALLS; call++) {
          int bytes = encoder.encode(step++, 1, gradient, 0, message, 0);
          decoder.reset();
          good &= decoder.decode(message, 0, bytes, decoded, 0);
          good &= decoder.decodeAndAdd(message, 0, bytes, decoded, 0);
          decoder.finish(decoded, 0);
        }
        free = threads.getCurrentThreadAllocatedBytes() == before ? free + 1 : 0;
        assertThat(good).isTrue();
      }
    }
  }
}
