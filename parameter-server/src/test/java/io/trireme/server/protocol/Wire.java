package io.trireme.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.transport.Outbound;
import io.trireme.common.wire.FrameOpener;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.HeldDecoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.NormShareDecoder;
import io.trireme.common.wire.sbe.ParametersDecoder;
import io.trireme.common.wire.sbe.ReducedDecoder;
import io.trireme.common.wire.sbe.StateDecoder;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** A session from a server under test that reads what it is given as the peer would. */
final class Wire implements Outbound {
  static final JobKey KEY = new JobKey(new byte[JobKey.LENGTH]);

  /** What came, in words, in the order in which it came. */
  final List<String> messages = new ArrayList<>();

  private final int generation;
  private final FrameOpener opener;
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final ParametersDecoder parameters = new ParametersDecoder();
  private final NormShareDecoder share = new NormShareDecoder();
  private final ReducedDecoder reduced = new ReducedDecoder();
  private final HeldDecoder held = new HeldDecoder();
  private final StateDecoder state = new StateDecoder();
  float[] lastPayload = {};
  Offer answer = Offer.SENT;

  /** Frames that it still takes before it is behind. */
  int room = Integer.MAX_VALUE;

  boolean closed;

  Wire(int generation, Peer from, Peer self) {
    this.generation = generation;
    opener = new FrameOpener(KEY, generation, self, List.of(from), new Rejections());
  }

  @Override
  public Offer offer(DirectBuffer frame, int offset, int length) {
    if (closed) {
      throw new AssertionError("a frame is offered to a closed session");
    }
    if (answer != Offer.SENT) {
      return answer;
    }
    if (room == 0) {
      return Offer.BACK_PRESSURED;
    }
    room--;
    read(opener.open(frame, offset, length));
    return answer;
  }

  private void read(int length) {
    DirectBuffer message = opener.message();
    header.wrap(message, 0);
    int body = MessageHeaderDecoder.ENCODED_LENGTH;
    int fields = header.blockLength();
    int version = header.version();
    messages.add(
        switch (header.templateId()) {
          case ParametersDecoder.TEMPLATE_ID -> {
            parameters.wrap(message, body, fields, version);
            read(parameters.generation(), message, parameters.limit(), length);
            yield "block " + parameters.block() + " of step " + parameters.step();
          }
          case NormShareDecoder.TEMPLATE_ID -> {
            share.wrap(message, body, fields, version);
            read(share.generation(), message, share.limit(), length);
            yield "share of block "
                + share.block()
                + " of step "
                + share.step()
                + ": "
                + share.sumOfSquares();
          }
          case ReducedDecoder.TEMPLATE_ID -> {
            reduced.wrap(message, body, fields, version);
            read(reduced.generation(), message, reduced.limit(), length);
            yield "gradient of block "
                + reduced.block()
                + " of step "
                + reduced.step()
                + " times "
                + reduced.scale();
          }
          case HeldDecoder.TEMPLATE_ID -> {
            held.wrap(message, body, fields, version);
            read(held.generation(), message, held.limit(), length);
            yield "held group " + held.group() + " of step " + held.step();
          }
          case StateDecoder.TEMPLATE_ID -> {
            state.wrap(message, body, fields, version);
            read(state.generation(), message, state.limit(), length);
            yield "part "
                + state.part()
                + " of group "
                + state.group()
                + " before step "
                + state.step();
          }
          default -> throw new AssertionError("template " + header.templateId());
        });
  }

  private void read(int sent, DirectBuffer message, int payload, int length) {
    assertThat(sent).isEqualTo(generation);
    lastPayload = TreeSums.floats(message, payload, (length - payload) / Float.BYTES);
  }

  @Override
  public void close() {
    assertThat(closed).as("closed once").isFalse();
    closed = true;
  }
}
