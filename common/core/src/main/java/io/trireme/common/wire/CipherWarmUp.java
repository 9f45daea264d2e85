package io.trireme.common.wire;

import java.util.List;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Brings sealing and opening up to speed before the first step. The JVM uses the processor's
 * instructions for AES-GCM only in code that its second compiler has made; until then a frame costs
 * many times more, and in a job of short steps that lasts for most of the job.
 */
public final class CipherWarmUp {

  private static final int ROUNDS = 2_000;
  private static final int SMALL_BYTES = 64;
  private static final int MEASURED_FRAMES = 8;
  private static final double FAST_BYTES_PER_NS = 1.0;

  private CipherWarmUp() {}

  /**
   * Seals and opens frames of a key of its own until that is fast.
   *
   * @param limitNs gives up after this time, as on processors without such instructions
   * @return bytes sealed and opened in a nanosecond at the end
   */
  public static double run(NanoClock clock, long limitNs) {
    Peer from = Peer.worker(0, 1);
    Peer to = Peer.server(0, 1);
    JobKey key = new JobKey(new byte[JobKey.LENGTH]);
    FrameSealer sealer = new FrameSealer(key, 1, from, to);
    FrameOpener opener = new FrameOpener(key, 1, to, List.of(from), new Rejections());
    UnsafeBuffer frame = new UnsafeBuffer(new byte[Frames.MAX_FRAME_BYTES]);
    long start = clock.nanoTime();
    while (true) {
      for (int i = 0; i < ROUNDS; i++) {
        pass(sealer, opener, frame, SMALL_BYTES);
      }
      long measured = clock.nanoTime();
      for (int i = 0; i < MEASURED_FRAMES; i++) {
        pass(sealer, opener, frame, Frames.MAX_MESSAGE_BYTES);
      }
      long now = clock.nanoTime();
      double rate =
          (double) MEASURED_FRAMES * Frames.MAX_MESSAGE_BYTES / Math.max(1, now - measured);
      if (rate >= FAST_BYTES_PER_NS || now - start > limitNs) {
        return rate;
      }
    }
  }

  private static void pass(FrameSealer sealer, FrameOpener opener, UnsafeBuffer frame, int bytes) {
    int length = sealer.seal(bytes);
    frame.putBytes(0, sealer.frame(), 0, length);
    if (opener.open(frame, 0, length) != bytes) {
      throw new IllegalStateException("a frame of " + bytes + " bytes did not open");
    }
  }
}
