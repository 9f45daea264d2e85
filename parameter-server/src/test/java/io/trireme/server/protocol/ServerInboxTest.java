package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.BYTES;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.OTHER;
import static io.trireme.server.protocol.CoreFixture.SECOND;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a server makes of messages: those that are not in place change nothing. */
class ServerInboxTest extends OneServer {

  @Test
  void contributionsThatAreNotInPlaceChangeNothingAndAreCounted() {
    CoreFixture server = server(0);
    String waited = server.core.waitsFor(0);
    List<Consumer<ContributionEncoder>> spoilt =
        List.of(
            message -> message.generation(GENERATION - 1),
            message -> message.generation(GENERATION + 1),
            message -> message.step(-2),
            message -> message.step(1),
            message -> message.step(Long.MAX_VALUE),
            message -> message.step(Long.MIN_VALUE),
            message -> message.block(-1),
            message -> message.block(2),
            message -> message.block(3),
            message -> message.block(Integer.MAX_VALUE),
            message -> message.block(Integer.MIN_VALUE),
            message -> message.slotFrom(1),
            message -> message.slotFrom(4),
            message -> message.slotTo(0),
            message -> message.slotTo(3),
            message -> message.slotTo(5),
            message -> message.slotTo(65_534),
            message -> message.slotFrom(3).slotTo(1),
            message -> message.blockBytes(0),
            message -> message.blockBytes(-BYTES),
            message -> message.blockBytes(BYTES - 4),
            message -> message.blockBytes(BYTES + 4),
            message -> message.blockBytes(Integer.MAX_VALUE),
            message -> message.frameOffset(4),
            message -> message.frameOffset(-4),
            message -> message.frameOffset(-BYTES),
            message -> message.frameOffset(BYTES),
            message -> message.frameOffset(Integer.MAX_VALUE),
            message -> message.frameOffset(Integer.MIN_VALUE));
    for (int i = 0; i < spoilt.size(); i++) {
      spoilt.get(i).accept(server.good(0, 0));
      server.deliver(WORKER, server.limit());
      assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).as("message %d", i).isEqualTo(i + 1);
      assertThat(server.core.waitsFor(0)).isEqualTo(waited);
    }
    assertThat(server.rejections.counted()).containsOnlyKeys(Rejection.OUT_OF_PLACE);
    server.assertStepIsStillWhole(waited);
  }

  @Test
  void messagesThatAreNoContributionChangeNothingAndAreCounted() {
    CoreFixture server = server(0);
    String waited = server.core.waitsFor(0);
    int bad = 0;
    for (int template : new int[] {0, 2, 3, 4, 5, 6, 7, 65_535}) {
      server.good(0, 0);
      server.header.wrap(server.bytes, 0).templateId(template);
      server.deliver(WORKER, server.limit());
      assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).as("%d", template).isEqualTo(++bad);
    }
    for (int codec : new int[] {1, 2, 127, 128, 254, 255}) {
      server.good(0, 0);
      server.bytes.putByte(codecOffset(), (byte) codec);
      server.deliver(WORKER, server.limit());
      assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).as("%d", codec).isEqualTo(++bad);
    }
    for (int payload : new int[] {0, 1, 2, 3, 5, BYTES - 1}) {
      server.good(0, 0);
      server.deliver(WORKER, server.contribution.limit() + payload);
      assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).as("%d", payload).isEqualTo(++bad);
    }
    for (int fields : new int[] {0, 1, ContributionEncoder.BLOCK_LENGTH - 1}) {
      server.good(0, 0);
      server.header.wrap(server.bytes, 0).blockLength(fields);
      server.deliver(WORKER, server.limit());
      assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).as("%d", fields).isEqualTo(++bad);
    }
    server.good(0, 0);
    server.deliver(OTHER, server.limit());
    assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(++bad);
    assertThat(server.rejections.counted()).containsOnlyKeys(Rejection.BAD_MESSAGE);
    server.assertStepIsStillWhole(waited);
  }

  private static int codecOffset() {
    return MessageHeaderEncoder.ENCODED_LENGTH + ContributionEncoder.codecEncodingOffset();
  }

  @Test
  void payloadLongerThanTheBlockIsOutOfPlace() {
    CoreFixture server = server(0);
    String waited = server.core.waitsFor(0);
    server.good(0, 0);
    server.deliver(WORKER, server.limit() + 4);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    server.assertStepIsStillWhole(waited);
  }

  @Test
  void fieldsOfALaterVersionArePassedOver() {
    CoreFixture server = server(0);
    server.good(0, 0);
    byte[] payload = new byte[BYTES];
    server.bytes.getBytes(server.contribution.limit(), payload);
    server.header.wrap(server.bytes, 0).blockLength(ContributionEncoder.BLOCK_LENGTH + 8);
    server.bytes.putBytes(server.contribution.limit() + 8, payload);
    server.deliver(WORKER, server.limit() + 8);
    assertThat(server.rejections.counted()).isEmpty();
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
    server.assertHoldsMean(server.updaters.get(0));
  }

  @Test
  void membersOfTheWorkersOfTheGenerationAloneAreHeard() {
    CoreFixture server = server(0);
    String waited = server.core.waitsFor(0);
    server.good(0, 0);
    server.deliver(SECOND, server.limit());
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    server.assertStepIsStillWhole(waited);
  }

  @Test
  void sharesThatAreNotInPlaceChangeNothingAndAreCounted() {
    CoreFixture server = server(1);
    server.norm(OTHER, GENERATION - 1, 0, 2, 1e9);
    server.norm(OTHER, GENERATION + 1, 0, 2, 1e9);
    server.norm(OTHER, GENERATION, 2, 2, 1e9);
    server.norm(OTHER, GENERATION, -1, 2, 1e9);
    server.norm(OTHER, GENERATION, 0, -1, 1e9);
    server.norm(OTHER, GENERATION, 0, 3, 1e9);
    server.norm(OTHER, GENERATION, 0, Integer.MIN_VALUE, 1e9);
    server.norm(OTHER, GENERATION, 0, 0, 1e9);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 8L));
    server.norm(WORKER, GENERATION, 0, 2, 1e9);
    server.share.wrapAndApplyHeader(server.bytes, 0, server.header);
    server.header.wrap(server.bytes, 0).blockLength(NormShareEncoder.BLOCK_LENGTH - 1);
    server.deliver(OTHER, server.share.limit());
    assertThat(server.rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(2);
    server.norm(OTHER, GENERATION, 0, 2, 7);
    server.norm(OTHER, GENERATION, 0, 2, 1e9);
    assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(9);
    server.deliverGood(0, 0);
    server.deliverGood(1, 0);
    assertThat(server.updaters.get(1).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void sharesAreOutOfPlaceWhereNothingIsClipped() {
    CoreFixture server = server(0);
    String waited = server.core.waitsFor(0);
    server.norm(OTHER, GENERATION, 0, 2, 7);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    server.assertStepIsStillWhole(waited);
  }
}
