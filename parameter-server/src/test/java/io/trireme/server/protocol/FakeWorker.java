package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ParametersDecoder;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** A worker that contributes what, and only when, it is told to, and notes what it is sent. */
final class FakeWorker implements AutoCloseable {

  final Peer peer;
  final Inbox inbox;

  /** Blocks that have come whole in this generation, in order, such as "block 1 of step 5". */
  final List<String> got = new ArrayList<>();

  /** The floats of each of those. */
  final Map<String, float[]> floats = new HashMap<>();

  private final Transport transport;
  private final Map<Integer, SecureSender> senders = new HashMap<>();
  private final Map<String, Integer> received = new HashMap<>();
  private final ParametersDecoder parameters = new ParametersDecoder();
  private @Nullable SecureReceiver receiver;
  private @Nullable Membership membership;

  FakeWorker(Peer peer, Transport transport) {
    this.peer = peer;
    this.transport = transport;
    inbox = new Inbox(transport);
  }

  void enter(Membership formed) {
    CloseHelper.close(receiver);
    CloseHelper.closeAll(senders.values());
    senders.clear();
    got.clear();
    received.clear();
    membership = formed;
    Inbound inbound = inbox.take(formed.generation());
    if (inbound == null) {
      throw new AssertionError(peer + " has not sealed");
    }
    int generation = formed.generation();
    receiver =
        new SecureReceiver(
            Wire.KEY, generation, peer, formed.peers(), inbound, new Rejections(), this::onMessage);
    for (ServerMember server : formed.servers()) {
      senders.put(
          server.peer().index(),
          new SecureSender(
              Wire.KEY,
              generation,
              peer,
              server.peer(),
              server.endpoint(),
              transport.connect(server.endpoint())));
    }
  }

  int poll() {
    SecureReceiver input = receiver;
    return input == null ? 0 : input.poll(100);
  }

  private void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int offset, int length) {
    parameters.wrap(buffer, offset, header.blockLength(), header.version());
    String key = "block " + parameters.block() + " of step " + parameters.step();
    int at = received.getOrDefault(key, 0);
    if (parameters.frameOffset() != at) {
      throw new AssertionError(key + ": bytes at " + parameters.frameOffset() + ", not at " + at);
    }
    float[] block =
        floats.computeIfAbsent(key, unused -> new float[parameters.blockBytes() / Float.BYTES]);
    int bytes = length - header.blockLength();
    float[] part = TreeSums.floats(buffer, parameters.limit(), bytes / Float.BYTES);
    System.arraycopy(part, 0, block, at / Float.BYTES, part.length);
    received.put(key, at + bytes);
    if (at + bytes == parameters.blockBytes()) {
      got.add(key);
    }
  }

  /** Sends a block's part of a node's sum, given by slots over the whole vector. */
  void push(Block block, long step, float[][] slots, TreeNode node) {
    Membership formed = membership;
    if (formed == null) {
      throw new AssertionError(peer + " is no member yet");
    }
    int primary = formed.groups().get(block.group()).primary();
    SecureSender sender = senders.get(primary);
    if (sender == null) {
      throw new AssertionError("no session to server " + primary);
    }
    float[] sum = TreeSums.of(slots, node);
    DirectBuffer gradient = TreeSums.offHeap(sum);
    int total = block.lengthBytes();
    ContributionEncoder contribution = new ContributionEncoder();
    for (int sent = 0; sent < total; sent += Frames.MAX_PAYLOAD_BYTES) {
      if (!sender.ready(0)) {
        throw new AssertionError("the session to server " + primary + " is behind");
      }
      int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - sent);
      contribution
          .wrapAndApplyHeader(sender.message(), 0, new MessageHeaderEncoder())
          .generation(formed.generation())
          .step(step)
          .block(block.index())
          .slotFrom(node.lo())
          .slotTo(node.hi())
          .codec(Codec.NONE)
          .blockBytes(total)
          .frameOffset(sent);
      int from = Math.toIntExact(block.offset() * Float.BYTES) + sent;
      sender.message().putBytes(contribution.limit(), gradient, from, length);
      sender.send(contribution.limit() + length, 0);
    }
  }

  @Override
  public void close() {
    CloseHelper.closeAll(receiver, inbox);
    CloseHelper.closeAll(senders.values());
  }
}
