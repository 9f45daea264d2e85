package io.trireme.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ParametersEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import io.trireme.common.wire.sbe.StateEncoder;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        3,
        8,
        15,
        16,
        17,
        1367,
        1368,
        8191,
        Frames.MAX_PAYLOAD_BYTES,
        Frames.MAX_MESSAGE_BYTES - 1,
        Frames.MAX_MESSAGE_BYTES
      })
  void whatIsSealedIsOpened(int length) {
    Link link = new Link();
    for (int round = 1; round <= 3; round++) {
      byte[] message = link.message(length, round);
      byte[] frame = link.seal(message);
      assertThat(frame).hasSize(Frames.ENVELOPE_BYTES + length + Frames.TAG_BYTES);
      assertThat(link.open(frame)).isEqualTo(message);
      assertThat(link.opener.sender()).isEqualTo(link.from);
    }
    assertThat(link.rejections.counted()).isEmpty();
  }

  @Test
  void framesAreOpenedWhereverTheyLieInABuffer() {
    Link link = new Link();
    byte[] message = link.message(100, 1);
    byte[] frame = link.seal(message);
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[frame.length + 64]);
    buffer.putBytes(37, frame);
    assertThat(link.opener.open(buffer, 37, frame.length)).isEqualTo(100);
  }

  @Test
  void payloadsAreHidden() {
    Link link = new Link();
    byte[] frame = link.seal(new byte[256]);
    Set<Byte> values = new HashSet<>();
    for (int i = Frames.ENVELOPE_BYTES; i < frame.length; i++) {
      values.add(frame[i]);
    }
    assertThat(values).hasSizeGreaterThan(100);
  }

  @Test
  void sequenceNumbersRiseByOneAndAreNeverUsedTwice() {
    Link link = new Link();
    for (long expected = 1; expected <= 5000; expected++) {
      byte[] frame = link.seal(new byte[4]);
      assertThat(Link.longAt(frame, Frames.SEQUENCE_OFFSET)).isEqualTo(expected);
    }
  }

  @Test
  void sequenceNumberOfAMessageThatCannotBeSealedIsNotUsedAgain() {
    Link link = new Link();
    byte[] first = link.seal(new byte[1]);
    assertThatThrownBy(() -> link.sealer.seal(Frames.MAX_MESSAGE_BYTES + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(Frames.MAX_MESSAGE_BYTES + 1))
        .hasMessageContaining(String.valueOf(Frames.MAX_MESSAGE_BYTES));
    assertThatThrownBy(() -> link.sealer.seal(-1)).isInstanceOf(IllegalArgumentException.class);
    byte[] second = link.seal(new byte[1]);
    assertThat(Link.longAt(second, Frames.SEQUENCE_OFFSET))
        .isGreaterThan(Link.longAt(first, Frames.SEQUENCE_OFFSET));
    assertThat(link.opens(first)).isTrue();
    assertThat(link.opens(second)).isTrue();
  }

  @Test
  void equalMessagesMakeDifferentFramesOnEveryLinkAndEveryTime() {
    Link there = new Link();
    Link back = new Link(there.key, there.to, there.from);
    byte[] message = new byte[64];
    Set<Long> ciphertexts = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      assertThat(ciphertexts.add(Link.longAt(there.seal(message), Frames.ENVELOPE_BYTES))).isTrue();
      assertThat(ciphertexts.add(Link.longAt(back.seal(message), Frames.ENVELOPE_BYTES))).isTrue();
    }
  }

  @Test
  void largestPayloadLeavesRoomForHeaderAndFields() {
    assertThat(Frames.MAX_PAYLOAD_BYTES % Float.BYTES).isZero();
    int[] fields = {
      ContributionEncoder.BLOCK_LENGTH,
      ParametersEncoder.BLOCK_LENGTH,
      ReducedEncoder.BLOCK_LENGTH,
      StateEncoder.BLOCK_LENGTH
    };
    for (int bytes : fields) {
      assertThat(MessageHeaderEncoder.ENCODED_LENGTH + bytes)
          .isLessThanOrEqualTo(Frames.MAX_MESSAGE_BYTES - Frames.MAX_PAYLOAD_BYTES);
    }
  }

  @Test
  void keysAreCopiedAndOfOneLength() {
    byte[] secret = new byte[JobKey.LENGTH];
    JobKey key = new JobKey(secret);
    secret[0] = 1;
    assertThat(key.secret()).containsOnly(0);
    key.secret()[1] = 1;
    assertThat(key.secret()).containsOnly(0);
    assertThatThrownBy(() -> new JobKey(new byte[31]))
        .hasMessageContaining("31 bytes, expected 32");
    SecureRandom random = new SecureRandom();
    assertThat(JobKey.random(random).secret()).isNotEqualTo(JobKey.random(random).secret());
  }

  @Test
  void everyDirectionOfEveryPairOfLivesHasItsOwnKeyInEachGeneration() {
    JobKey key = new JobKey(new byte[JobKey.LENGTH]);
    Peer[] peers = {
      Peer.server(0, 1), Peer.server(0, 2), Peer.server(1, 1), Peer.worker(0, 1), Peer.worker(1, 1)
    };
    Set<String> keys = new HashSet<>();
    for (int generation : new int[] {0, 1, 2, 256, Integer.MAX_VALUE}) {
      for (Peer from : peers) {
        for (Peer to : peers) {
          assertThat(keys.add(Arrays.toString(key.linkKey(generation, from, to).getEncoded())))
              .as("%s to %s in generation %d", from, to, generation)
              .isTrue();
        }
      }
    }
  }

  @Test
  void peersNameThemselves() {
    assertThat(Peer.worker(3, 9)).hasToString("worker 3");
    assertThat(Peer.server(3, 9)).hasToString("server 3");
    assertThat(Peer.worker(3, 9).index()).isEqualTo(3);
    assertThat(Peer.worker(3, 9).isWorker()).isTrue();
    assertThat(Peer.server(3, 9).isWorker()).isFalse();
    assertThat(Peer.indexOf(Peer.workerId(3))).isEqualTo(3);
  }
}
