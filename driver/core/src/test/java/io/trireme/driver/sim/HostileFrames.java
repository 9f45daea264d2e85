package io.trireme.driver.sim;

import io.trireme.common.wire.FrameSealer;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames that must not count, made of good ones that have arrived already: replayed, cut, flipped,
 * renamed, sealed with other keys, or made up.
 */
final class HostileFrames {

  private static final int SENDER = 4;
  private static final int INCARNATION = 8;
  private static final int SEQUENCE = 16;
  private static final int KINDS = 11;
  private static final int AHEAD = 2_000;

  private final SplittableRandom random;
  private final List<FrameSealer> strangers;

  /** Knows whom it tells lies about, but not the key of the job. */
  HostileFrames(long seed, JobKey key, int generation, Peer from, Peer to) {
    random = new SplittableRandom(seed);
    byte[] secret = key.secret();
    secret[0] ^= 1;
    strangers =
        List.of(
            new FrameSealer(new JobKey(secret), generation, from, to),
            new FrameSealer(key, generation + 1, from, to),
            new FrameSealer(key, generation, Peer.worker(77, 1), to),
            new FrameSealer(key, generation, from, Peer.server(77, 1)));
    // Ahead of the honest sender, so that it is the key that does not fit, not the number.
    for (FrameSealer stranger : strangers) {
      for (int i = 0; i < AHEAD; i++) {
        stranger.seal(1);
      }
    }
  }

  /** Another one, made of a frame that has arrived. */
  byte[] next(byte[] good) {
    ByteBuffer frame = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
    switch (random.nextInt(KINDS)) {
      case 0 -> {} // replayed as it was, in any order
      case 1 -> flip(frame);
      case 2 -> {
        frame.putLong(SEQUENCE, random.nextLong());
        flip(frame);
      }
      case 3 -> {
        return Arrays.copyOf(good, random.nextInt(good.length));
      }
      case 4 -> {
        frame.putLong(SEQUENCE, random.nextLong() >>> 1);
        return Arrays.copyOf(frame.array(), random.nextInt(good.length));
      }
      case 5 -> frame.putInt(0, random.nextInt(2, 1 << 20));
      case 6 -> frame.putInt(SENDER, random.nextInt());
      case 7 -> frame.putLong(INCARNATION, random.nextLong());
      case 8 -> frame.putLong(SEQUENCE, random.nextLong() >>> 1);
      case 9 -> {
        return sealed(strangers.get(random.nextInt(strangers.size())));
      }
      default -> {
        return noise(random.nextInt(50) == 0 ? Frames.MAX_FRAME_BYTES + 1_000 : 400);
      }
    }
    return frame.array();
  }

  /** Random bytes, of at most this length. */
  byte[] noise(int most) {
    byte[] noise = new byte[random.nextInt(most)];
    random.nextBytes(noise);
    return noise;
  }

  private void flip(ByteBuffer frame) {
    int bit = random.nextInt(frame.capacity() * 8);
    frame.put(bit / 8, (byte) (frame.get(bit / 8) ^ (1 << bit % 8)));
  }

  private byte[] sealed(FrameSealer stranger) {
    int length = random.nextInt(1, 300);
    byte[] bytes = new byte[stranger.seal(length)];
    stranger.frame().getBytes(0, bytes);
    return bytes;
  }
}
