package io.trireme.worker.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ParametersEncoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/** A server in one generation: sends what it is told to, and notes what it gets. */
final class FakeServer implements AutoCloseable {

  /** Contributions, such as "block 1 of step 5, slots 0 to 4: 2.5" with the first float. */
  final List<String> got = new ArrayList<>();

  private final int generation;
  private final SecureReceiver receiver;
  private final SecureSender sender;
  private final ContributionDecoder contribution = new ContributionDecoder();

  FakeServer(
      JobKey key,
      Peer self,
      Peer worker,
      Membership membership,
      Inbound inbound,
      Transport transport) {
    generation = membership.generation();
    receiver =
        new SecureReceiver(
            key, generation, self, membership.peers(), inbound, new Rejections(), this::onMessage);
    var place =
        membership.workers().stream()
            .filter(member -> member.peer().equals(worker))
            .findFirst()
            .orElseThrow()
            .endpoint();
    sender = new SecureSender(key, generation, self, worker, place, transport.connect(place));
  }

  private void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int offset, int length) {
    contribution.wrap(buffer, offset, header.blockLength(), header.version());
    if (contribution.generation() != generation) {
      throw new AssertionError(from + " sent for generation " + contribution.generation());
    }
    got.add(
        "block "
            + contribution.block()
            + " of step "
            + contribution.step()
            + ", slots "
            + contribution.slotFrom()
            + " to "
            + contribution.slotTo()
            + ": "
            + buffer.getFloat(contribution.limit()));
  }

  /** What it got since it was asked last. */
  List<String> take() {
    while (receiver.poll(100) > 0) {
      Thread.onSpinWait();
    }
    List<String> taken = List.copyOf(got);
    got.clear();
    return taken;
  }

  /** Sends a block full of one value. */
  void send(int block, long step, float value, int blockBytes) {
    ParametersEncoder parameters = new ParametersEncoder();
    parameters
        .wrapAndApplyHeader(sender.message(), 0, new MessageHeaderEncoder())
        .generation(generation)
        .step(step)
        .block(block)
        .codec(Codec.NONE)
        .blockBytes(blockBytes)
        .frameOffset(0);
    for (int at = 0; at < blockBytes; at += Float.BYTES) {
      sender.message().putFloat(parameters.limit() + at, value);
    }
    sender.send(parameters.limit() + blockBytes, 0);
  }

  @Override
  public void close() {
    CloseHelper.closeAll(receiver, sender);
  }
}
