package io.trireme.common.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.FrameSealer;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareDecoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class SecureSessionTest {

  private static final JobKey KEY = new JobKey(new byte[JobKey.LENGTH]);
  private static final int GENERATION = 4;
  private static final Peer FROM = Peer.server(0, 11);
  private static final Peer TO = Peer.server(1, 22);
  private static final Endpoint NOWHERE = new Endpoint("127.0.0.1", 1, "none", 1);

  private final NormShareEncoder encoder = new NormShareEncoder();
  private final NormShareDecoder decoder = new NormShareDecoder();
  private final List<Integer> received = new ArrayList<>();
  private final Rejections rejections = new Rejections();
  private long handled;

  private void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int offset, int length) {
    handled++;
    assertThat(from).isEqualTo(FROM);
    assertThat(length).isEqualTo(NormShareEncoder.BLOCK_LENGTH);
    decoder.wrap(buffer, offset, header.blockLength(), header.version());
    received.add(decoder.block());
  }

  private SecureReceiver receiver(int generation, Inbound inbound) {
    return new SecureReceiver(
        KEY, generation, TO, List.of(FROM, TO), inbound, rejections, this::onMessage);
  }

  private static SecureSender sender(int generation, Pipe pipe) {
    return new SecureSender(KEY, generation, FROM, TO, NOWHERE, pipe);
  }

  private int encode(SecureSender sender, int block) {
    encoder
        .wrapAndApplyHeader(sender.message(), 0, new MessageHeaderEncoder())
        .generation(1)
        .step(1)
        .block(block)
        .sumOfSquares(block);
    return encoder.limit();
  }

  @Test
  void messagesArriveOverSharedMemoryAndUdp(@TempDir Path temp) {
    try (AeronHost one = host(temp, "one");
        AeronHost two = host(temp, "two")) {
      for (AeronHost from : List.of(one, two)) {
        received.clear();
        try (SecureReceiver receiver = receiver(GENERATION, two.listen());
            SecureSender sender =
                new SecureSender(
                    KEY,
                    GENERATION,
                    FROM,
                    TO,
                    receiver.endpoint(),
                    from.connect(receiver.endpoint()))) {
          for (int block = 0; block < 500; block++) {
            while (!sender.ready(block)) {
              poll(receiver);
            }
            sender.send(encode(sender, block), block);
          }
          boolean delivered = sender.ready(500);
          while (received.size() < 500) {
            poll(receiver);
            delivered = sender.ready(500);
          }
          assertThat(delivered).isTrue();
          assertThat(received).isSorted().doesNotHaveDuplicates();
          assertThat(rejections.counted()).isEmpty();
          assertThat(receiver.receivedBytes()).isEqualTo(sender.sentBytes()).isPositive();
          assertThat(sender.blockedNs(1_000)).isZero();
        }
      }
    }
  }

  /** Takes what is there; ends the loop when the test's time is over. */
  private static void poll(SecureReceiver receiver) {
    assertThat(receiver.poll(16)).isNotNegative();
    assertThat(Thread.currentThread().isInterrupted()).as("out of time").isFalse();
    Thread.yield();
  }

  private static AeronHost host(Path temp, String name) {
    return AeronHost.start(
        new AeronHost.Settings(
            "127.0.0.1",
            0,
            0,
            temp.resolve(name).toFile(),
            1 << 20,
            8192,
            8,
            TimeUnit.SECONDS.toNanos(30)),
        error -> {
          throw new AssertionError(error);
        });
  }

  @Test
  void blockedTimeCountsFromTheFirstRefusalAndEndsWithTheFirstSuccess() {
    Pipe pipe = new Pipe();
    try (SecureSender sender = sender(GENERATION, pipe)) {
      assertThat(sender.ready(5)).isTrue();
      assertThat(sender.blockedNs(5)).isZero();
      pipe.answer = Outbound.Offer.NOT_CONNECTED;
      sender.send(encode(sender, 1), 100);
      assertThat(sender.blockedNs(100)).isZero();
      pipe.answer = Outbound.Offer.BACK_PRESSURED;
      assertThat(sender.ready(150)).isFalse();
      assertThat(sender.blockedNs(170)).isEqualTo(70);
      assertThatThrownBy(() -> sender.send(8, 180))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("server 1");
      assertThat(sender.sentBytes()).isZero();
      pipe.answer = Outbound.Offer.SENT;
      assertThat(sender.ready(200)).isTrue();
      assertThat(sender.blockedNs(300)).isZero();
      assertThat(pipe.frames).hasSize(1);
      pipe.answer = Outbound.Offer.BACK_PRESSURED;
      sender.send(encode(sender, 2), 400);
      assertThat(sender.blockedNs(401)).isEqualTo(1);
      pipe.answer = Outbound.Offer.SENT;
      assertThat(sender.ready(402)).isTrue();
      assertThat(sender.to()).isEqualTo(TO);
      assertThat(sender.endpoint()).isEqualTo(NOWHERE);
    }
    assertThat(pipe.closed).isTrue();
    deliver(pipe);
    assertThat(received).containsExactly(1, 2);
  }

  private SecureReceiver deliver(Pipe pipe) {
    SecureReceiver receiver = receiver(GENERATION, pipe);
    assertThat(receiver.poll(100)).isNotNegative();
    return receiver;
  }

  @Test
  void authenticFramesThatAreNoMessageOfThisSchemaAreCounted() {
    Pipe pipe = new Pipe();
    FrameSealer sealer = new FrameSealer(KEY, GENERATION, FROM, TO);
    MessageHeaderEncoder header = new MessageHeaderEncoder();
    int whole = MessageHeaderEncoder.ENCODED_LENGTH + NormShareEncoder.BLOCK_LENGTH;
    int schema = MessageHeaderEncoder.SCHEMA_ID;
    int version = MessageHeaderEncoder.SCHEMA_VERSION;
    int fields = NormShareEncoder.BLOCK_LENGTH;
    int[][] bad = {
      // schema, version, block length, bytes of the message
      {schema + 1, version, fields, whole},
      {schema, version + 1, fields, whole},
      {schema, version, fields + 1, whole},
      {schema, version, 65_535, whole},
      {schema, version, fields, whole - 1},
      {schema, version, fields, MessageHeaderEncoder.ENCODED_LENGTH - 1},
      {schema, version, fields, 0},
    };
    for (int[] message : bad) {
      header
          .wrap(sealer.message(), 0)
          .schemaId(message[0])
          .version(message[1])
          .blockLength(message[2])
          .templateId(NormShareEncoder.TEMPLATE_ID);
      pipe.take(sealer, message[3]);
    }
    pipe.frames.add(new byte[10]);
    try (SecureReceiver receiver = deliver(pipe)) {
      assertThat(handled).isZero();
      assertThat(rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(bad.length);
      assertThat(rejections.of(Rejection.MALFORMED)).isEqualTo(1);
      assertThat(receiver.receivedBytes()).isEqualTo(pipe.bytes());
    }
  }

  @Test
  void onlyTheGenerationsMembersAreHeard() {
    Pipe pipe = new Pipe();
    try (SecureReceiver receiver = receiver(GENERATION, pipe);
        SecureReceiver nobodys =
            new SecureReceiver(
                KEY, GENERATION, TO, List.of(TO), pipe, rejections, this::onMessage)) {
      SecureSender old = sender(GENERATION - 1, pipe);
      old.send(encode(old, 1), 0);
      assertThat(receiver.poll(9)).isEqualTo(1);
      assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.NOT_AUTHENTIC, 1L));
      SecureSender current = sender(GENERATION, pipe);
      current.send(encode(current, 2), 0);
      assertThat(nobodys.poll(9)).isEqualTo(1);
      assertThat(rejections.of(Rejection.UNKNOWN_SENDER)).isEqualTo(1);
      assertThat(received).isEmpty();
      assertThat(receiver.hasGap()).isFalse();
      SecureSender again = sender(GENERATION, pipe);
      again.send(encode(again, 3), 0);
      assertThat(receiver.poll(9)).isEqualTo(1);
      assertThat(received).containsExactly(3);
    }
  }

  @Test
  void lossInsideASessionIsNoticedAndMessagesThatWaitAreNone() {
    Pipe pipe = new Pipe();
    try (SecureReceiver receiver = receiver(GENERATION, pipe);
        SecureSender sender = sender(GENERATION, pipe)) {
      pipe.answer = Outbound.Offer.BACK_PRESSURED;
      sender.send(encode(sender, 1), 0);
      assertThat(sender.ready(1)).isFalse();
      pipe.answer = Outbound.Offer.SENT;
      assertThat(sender.ready(2)).isTrue();
      sender.send(encode(sender, 2), 3);
      assertThat(receiver.poll(9)).isEqualTo(2);
      assertThat(receiver.hasGap()).isFalse();
      sender.send(encode(sender, 3), 4);
      pipe.frames.clear();
      assertThat(receiver.poll(9)).isZero();
      assertThat(receiver.hasGap()).isFalse();
      sender.send(encode(sender, 4), 5);
      assertThat(receiver.poll(9)).isEqualTo(1);
      assertThat(receiver.hasGap()).isTrue();
      assertThat(received).containsExactly(1, 2, 4);
    }
  }

  /** A session in memory that answers as it is told. */
  private static final class Pipe implements Outbound, Inbound {
    final List<byte[]> frames = new ArrayList<>();
    Offer answer = Offer.SENT;
    boolean closed;
    private long bytes;

    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      if (answer == Offer.SENT) {
        byte[] copy = new byte[length];
        frame.getBytes(offset, copy);
        frames.add(copy);
      }
      return answer;
    }

    void take(FrameSealer sealer, int length) {
      assertThat(offer(sealer.frame(), 0, sealer.seal(length))).isEqualTo(Offer.SENT);
    }

    long bytes() {
      return bytes;
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
      int polled = 0;
      while (polled < limit && !frames.isEmpty()) {
        byte[] frame = frames.remove(0);
        bytes += frame.length;
        assertThat(frame.length).isLessThanOrEqualTo(Frames.MAX_FRAME_BYTES);
        handler.onFrame(new UnsafeBuffer(frame), 0, frame.length);
        polled++;
      }
      return polled;
    }

    @Override
    public Endpoint endpoint() {
      return NOWHERE;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
