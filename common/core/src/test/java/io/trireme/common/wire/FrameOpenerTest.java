package io.trireme.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class FrameOpenerTest {

  private final Link link = new Link();

  @Test
  void everyBitThatIsFlippedIsNoticed() {
    byte[] frame = link.seal(link.message(40, 1));
    for (int bit = 0; bit < frame.length * 8; bit++) {
      frame[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(link.opens(frame)).as("bit %d", bit).isFalse();
      frame[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertThat(link.dropped()).isEqualTo(frame.length * 8L);
    assertThat(link.opens(frame)).isTrue();
  }

  @Test
  void flippedBitsAreCountedByWhatTheyDamage() {
    byte[] frame = link.seal(new byte[8]);
    assertThat(flipped(frame, Frames.VERSION_OFFSET)).isEqualTo(Rejection.MALFORMED);
    assertThat(flipped(frame, Frames.SENDER_OFFSET)).isEqualTo(Rejection.UNKNOWN_SENDER);
    assertThat(flipped(frame, Frames.INCARNATION_OFFSET)).isEqualTo(Rejection.WRONG_INCARNATION);
    assertThat(flipped(frame, Frames.SEQUENCE_OFFSET + 3)).isEqualTo(Rejection.NOT_AUTHENTIC);
    assertThat(flipped(frame, Frames.ENVELOPE_BYTES)).isEqualTo(Rejection.NOT_AUTHENTIC);
    assertThat(flipped(frame, frame.length - 1)).isEqualTo(Rejection.NOT_AUTHENTIC);
    assertThat(link.opens(frame)).isTrue();
  }

  private Rejection flipped(byte[] frame, int at) {
    byte[] damaged = frame.clone();
    damaged[at] ^= 2;
    return reasonFor(damaged);
  }

  private Rejection reasonFor(byte[] frame) {
    Map<Rejection, Long> before = link.rejections.counted();
    assertThat(link.opens(frame)).isFalse();
    for (Rejection reason : Rejection.values()) {
      if (link.rejections.of(reason) == before.getOrDefault(reason, 0L) + 1) {
        return reason;
      }
    }
    throw new AssertionError("dropped, but not counted");
  }

  @Test
  void everyShorterAndLongerFrameIsDropped() {
    byte[] frame = link.seal(link.message(24, 1));
    for (int length = 0; length < frame.length; length++) {
      Rejection expected = length < 40 ? Rejection.MALFORMED : Rejection.NOT_AUTHENTIC;
      assertThat(reasonFor(Arrays.copyOf(frame, length))).isEqualTo(expected);
    }
    for (int extra = 1; extra < 40; extra++) {
      assertThat(reasonFor(Arrays.copyOf(frame, frame.length + extra)))
          .isEqualTo(Rejection.NOT_AUTHENTIC);
    }
    assertThat(reasonFor(Arrays.copyOf(frame, Frames.MAX_FRAME_BYTES)))
        .isEqualTo(Rejection.NOT_AUTHENTIC);
    assertThat(reasonFor(Arrays.copyOf(frame, Frames.MAX_FRAME_BYTES + 1)))
        .isEqualTo(Rejection.MALFORMED);
    assertThat(link.opens(frame)).isTrue();
  }

  @Test
  void replayedAndOvertakenFramesAreDropped() {
    byte[] first = link.seal(new byte[1]);
    byte[] second = link.seal(new byte[2]);
    byte[] third = link.seal(new byte[3]);
    assertThat(link.opens(second)).isTrue();
    assertThat(reasonFor(second)).isEqualTo(Rejection.REPLAYED);
    assertThat(reasonFor(first)).isEqualTo(Rejection.REPLAYED);
    assertThat(link.opens(third)).isTrue();
    assertThat(link.rejections.counted()).containsExactly(Map.entry(Rejection.REPLAYED, 2L));
  }

  @Test
  void forgedSequenceNumberDoesNotShutTheSenderOut() {
    byte[] frame = link.seal(new byte[1]);
    byte[] forged = frame.clone();
    new UnsafeBuffer(forged).putLong(Frames.SEQUENCE_OFFSET, Long.MAX_VALUE, Frames.ORDER);
    assertThat(reasonFor(forged)).isEqualTo(Rejection.NOT_AUTHENTIC);
    new UnsafeBuffer(forged).putLong(Frames.SEQUENCE_OFFSET, -1, Frames.ORDER);
    assertThat(reasonFor(forged)).isEqualTo(Rejection.REPLAYED);
    assertThat(link.opens(frame)).isTrue();
  }

  @Test
  void keysOfOtherJobsAreRefused() {
    FrameSealer other = new FrameSealer(Link.key(2), Link.GENERATION, link.from, link.to);
    assertThat(reasonFor(Link.seal(other, new byte[9]))).isEqualTo(Rejection.NOT_AUTHENTIC);
  }

  @Test
  void framesToOtherReceiversAreRefused() {
    Peer[] others = {
      Peer.server(2, link.to.incarnation()),
      Peer.server(link.to.index(), link.to.incarnation() + 1),
      Peer.worker(link.to.index(), link.to.incarnation())
    };
    for (Peer other : others) {
      FrameSealer sealer = new FrameSealer(link.key, Link.GENERATION, link.from, other);
      assertThat(reasonFor(Link.seal(sealer, new byte[9]))).isEqualTo(Rejection.NOT_AUTHENTIC);
    }
  }

  @Test
  void framesAreNotReflected() {
    FrameOpener atSender =
        new FrameOpener(
            link.key, Link.GENERATION, link.from, List.of(link.from, link.to), link.rejections);
    byte[] frame = link.seal(new byte[9]);
    assertThat(atSender.open(new UnsafeBuffer(frame), 0, frame.length)).isNegative();
    new UnsafeBuffer(frame).putInt(Frames.SENDER_OFFSET, link.to.id(), Frames.ORDER);
    new UnsafeBuffer(frame).putLong(Frames.INCARNATION_OFFSET, link.to.incarnation(), Frames.ORDER);
    assertThat(atSender.open(new UnsafeBuffer(frame), 0, frame.length)).isNegative();
    assertThat(link.rejections.of(Rejection.NOT_AUTHENTIC)).isEqualTo(2);
  }

  @Test
  void framesOfAnotherGenerationAreRefused() {
    for (int generation : new int[] {Link.GENERATION - 1, Link.GENERATION + 1, 0, -1}) {
      byte[] frame = Link.seal(link.sealerOf(generation), new byte[9]);
      assertThat(reasonFor(frame)).as("of %d", generation).isEqualTo(Rejection.NOT_AUTHENTIC);
    }
    assertThat(link.opener.hasGap()).isFalse();
    assertThat(link.opens(link.seal(new byte[9]))).isTrue();
  }

  @Test
  void sequenceNumbersBeginAnewInEachGeneration() {
    byte[] old = link.seal(new byte[9]);
    assertThat(link.opens(old)).isTrue();
    assertThat(link.opens(link.seal(new byte[9]))).isTrue();
    FrameOpener next =
        new FrameOpener(
            link.key, Link.GENERATION + 1, link.to, List.of(link.from), link.rejections);
    byte[] first = Link.seal(link.sealerOf(Link.GENERATION + 1), new byte[9]);
    assertThat(Link.longAt(first, Frames.SEQUENCE_OFFSET))
        .isEqualTo(Link.longAt(old, Frames.SEQUENCE_OFFSET));
    assertThat(next.open(new UnsafeBuffer(old), 0, old.length)).isNegative();
    assertThat(next.open(new UnsafeBuffer(first), 0, first.length)).isEqualTo(9);
    assertThat(next.hasGap()).isFalse();
  }

  @Test
  void framesThatWentMissingAreNoticedByTheNextOneThatComes() {
    assertThat(link.opener.hasGap()).isFalse();
    assertThat(link.opens(link.seal(new byte[1]))).isTrue();
    byte[] lost = link.seal(new byte[2]);
    assertThat(link.opener.hasGap()).isFalse();
    assertThat(link.opens(link.seal(new byte[3]))).isTrue();
    assertThat(link.opener.hasGap()).isTrue();
    assertThat(reasonFor(lost)).isEqualTo(Rejection.REPLAYED);
    assertThat(link.opens(link.seal(new byte[4]))).isTrue();
    assertThat(link.opener.hasGap()).as("it does not heal").isTrue();
  }

  @Test
  void lossOfTheVeryFirstFrameIsNoticed() {
    assertThat(link.seal(new byte[1])).isNotEmpty();
    assertThat(link.opens(link.seal(new byte[2]))).isTrue();
    assertThat(link.opener.hasGap()).isTrue();
  }

  @Test
  void sequenceNumbersOfOneSenderAreNoGapOfAnother() {
    Peer second = Peer.worker(link.from.index() + 1, 77);
    FrameOpener opener = link.openerFor(link.from, second);
    FrameSealer other = new FrameSealer(link.key, Link.GENERATION, second, link.to);
    for (int i = 0; i < 5; i++) {
      byte[] frame = link.seal(new byte[1]);
      assertThat(opener.open(new UnsafeBuffer(frame), 0, frame.length)).isEqualTo(1);
    }
    byte[] frame = Link.seal(other, new byte[2]);
    assertThat(opener.open(new UnsafeBuffer(frame), 0, frame.length)).isEqualTo(2);
    assertThat(opener.sender()).isEqualTo(second);
    assertThat(opener.hasGap()).isFalse();
  }

  @Test
  void framesThatAreRepeatedForgedOrRefusedAreNoGap() {
    byte[] first = link.seal(new byte[1]);
    assertThat(link.opens(first)).isTrue();
    assertThat(reasonFor(first)).isEqualTo(Rejection.REPLAYED);
    byte[] next = link.seal(new byte[2]);
    byte[] forged = next.clone();
    new UnsafeBuffer(forged).putLong(Frames.SEQUENCE_OFFSET, 1000, Frames.ORDER);
    assertThat(reasonFor(forged)).isEqualTo(Rejection.NOT_AUTHENTIC);
    Peer successor = Peer.worker(link.from.index(), link.from.incarnation() + 1);
    FrameSealer sealer = new FrameSealer(link.key, Link.GENERATION, successor, link.to);
    assertThat(reasonFor(Link.seal(sealer, new byte[1]))).isEqualTo(Rejection.WRONG_INCARNATION);
    assertThat(link.opener.hasGap()).isFalse();
    assertThat(link.opens(next)).isTrue();
    assertThat(link.opener.hasGap()).isFalse();
  }

  @Test
  void otherLivesOfAMemberAreRefused() {
    Peer next = Peer.worker(link.from.index(), link.from.incarnation() + 1);
    FrameSealer successor = new FrameSealer(link.key, Link.GENERATION, next, link.to);
    assertThat(reasonFor(Link.seal(successor, new byte[1]))).isEqualTo(Rejection.WRONG_INCARNATION);
    assertThat(link.opens(link.seal(new byte[1]))).isTrue();
  }

  @Test
  void strangersAreRefused() {
    FrameSealer stranger = new FrameSealer(link.key, Link.GENERATION, Peer.worker(7, 1), link.to);
    assertThat(reasonFor(Link.seal(stranger, new byte[1]))).isEqualTo(Rejection.UNKNOWN_SENDER);
    assertThat(link.openerFor().open(new UnsafeBuffer(link.seal(new byte[1])), 0, 41)).isNegative();
    assertThat(link.rejections.of(Rejection.UNKNOWN_SENDER)).isEqualTo(2);
  }

  @Test
  void noSenderIsNamedBeforeTheFirstGoodFrame() {
    assertThatThrownBy(link.opener::sender).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void strangersCostNoMemory() {
    byte[] frame = link.seal(new byte[16]);
    UnsafeBuffer buffer = new UnsafeBuffer(frame);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    Random random = new Random(3);
    long before = threads.getThreadAllocatedBytes(self);
    int opened = 0;
    for (int i = 0; i < 100_000; i++) {
      buffer.putInt(Frames.SENDER_OFFSET, random.nextInt() | 1 << 20, Frames.ORDER);
      opened += link.opener.open(buffer, 0, frame.length) >= 0 ? 1 : 0;
    }
    assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(100_000);
    assertThat(opened).isZero();
    assertThat(link.rejections.of(Rejection.UNKNOWN_SENDER)).isEqualTo(100_000);
  }

  /** Random bytes and mutated good frames: each is counted, and none moves the opener. */
  @Test
  void fuzzedFramesAreAllCountedAndChangeNothing() {
    Random random = new Random(20_240);
    byte[][] good = new byte[64][];
    for (int i = 0; i < good.length; i++) {
      good[i] = link.seal(link.message(random.nextInt(64), i));
    }
    int frames = 200_000;
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    for (int i = 0; i < frames; i++) {
      int length = i % 2 == 0 ? random(random, buffer) : mutated(random, good, buffer);
      if (link.opener.open(buffer, 0, length) >= 0) {
        throw new AssertionError("fuzzed frame " + i + " was opened");
      }
    }
    assertThat(link.dropped()).isEqualTo(frames);
    assertThat(link.rejections.counted())
        .containsOnlyKeys(
            Rejection.MALFORMED,
            Rejection.UNKNOWN_SENDER,
            Rejection.WRONG_INCARNATION,
            Rejection.REPLAYED,
            Rejection.NOT_AUTHENTIC);
    for (byte[] frame : good) {
      assertThat(link.opens(frame)).isTrue();
    }
    assertThat(link.opener.hasGap()).isFalse();
  }

  /** Random bytes, with more and more of a good envelope. */
  private int random(Random random, UnsafeBuffer buffer) {
    random.nextBytes(buffer.byteArray());
    int right = random.nextInt(5);
    if (right > 0) {
      buffer.putInt(Frames.VERSION_OFFSET, Frames.VERSION, Frames.ORDER);
    }
    if (right > 1) {
      buffer.putInt(Frames.SENDER_OFFSET, link.from.id(), Frames.ORDER);
    }
    if (right > 2) {
      buffer.putLong(Frames.INCARNATION_OFFSET, link.from.incarnation(), Frames.ORDER);
    }
    if (right > 3) {
      buffer.putLong(Frames.SEQUENCE_OFFSET, random.nextInt(100), Frames.ORDER);
    }
    return random.nextInt(buffer.capacity());
  }

  /** A good frame with some bytes changed, at least one of them truly, or with another length. */
  private static int mutated(Random random, byte[][] good, UnsafeBuffer buffer) {
    byte[] frame = good[random.nextInt(good.length)];
    buffer.putBytes(0, frame);
    if (random.nextInt(8) == 0) {
      int length = random.nextInt(buffer.capacity());
      return length == frame.length ? length - 1 : length;
    }
    int first = random.nextInt(frame.length);
    buffer.putByte(first, (byte) (frame[first] ^ (1 + random.nextInt(255))));
    for (int more = random.nextInt(4); more > 0; more--) {
      int at = random.nextInt(frame.length);
      if (at != first) {
        buffer.putByte(at, (byte) random.nextInt());
      }
    }
    return frame.length;
  }
}
