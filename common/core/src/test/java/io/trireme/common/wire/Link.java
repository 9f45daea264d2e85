package io.trireme.common.wire;

import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Both ends of one direction between two lives, over arrays of bytes. */
final class Link {
  static final int GENERATION = 6;

  final JobKey key;
  final Peer from;
  final Peer to;
  final FrameSealer sealer;
  final Rejections rejections = new Rejections();
  final FrameOpener opener;

  Link() {
    this(key(1), Peer.worker(2, 0x1122334455667788L), Peer.server(1, -5));
  }

  Link(JobKey key, Peer from, Peer to) {
    this.key = key;
    this.from = from;
    this.to = to;
    sealer = new FrameSealer(key, GENERATION, from, to);
    opener = new FrameOpener(key, GENERATION, to, List.of(from), rejections);
  }

  /** What the same two lives seal in another generation. */
  FrameSealer sealerOf(int generation) {
    return new FrameSealer(key, generation, from, to);
  }

  /** An opener that knows these members, of the same generation. */
  FrameOpener openerFor(Peer... members) {
    return new FrameOpener(key, GENERATION, to, List.of(members), rejections);
  }

  static JobKey key(int seed) {
    byte[] secret = new byte[JobKey.LENGTH];
    new Random(seed).nextBytes(secret);
    return new JobKey(secret);
  }

  byte[] message(int length, int seed) {
    byte[] message = new byte[length];
    new Random(seed).nextBytes(message);
    return message;
  }

  byte[] seal(byte[] message) {
    return seal(sealer, message);
  }

  static byte[] seal(FrameSealer sealer, byte[] message) {
    sealer.message().putBytes(0, message);
    byte[] frame = new byte[sealer.seal(message.length)];
    sealer.frame().getBytes(0, frame);
    return frame;
  }

  /** The message in the frame, which must be good. */
  byte[] open(byte[] frame) {
    int length = opener.open(new UnsafeBuffer(frame), 0, frame.length);
    if (length < 0) {
      throw new AssertionError("dropped: " + rejections.counted());
    }
    byte[] message = new byte[length];
    opener.message().getBytes(0, message);
    return message;
  }

  boolean opens(byte[] frame) {
    return opener.open(new UnsafeBuffer(frame), 0, frame.length) >= 0;
  }

  long dropped() {
    return rejections.counted().values().stream().mapToLong(Long::longValue).sum();
  }

  static long longAt(byte[] frame, int offset) {
    return new UnsafeBuffer(frame).getLong(offset, Frames.ORDER);
  }
}
