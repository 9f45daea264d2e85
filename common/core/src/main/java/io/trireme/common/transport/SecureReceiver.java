package io.trireme.common.transport;

import io.trireme.common.wire.FrameOpener;
import io.trireme.common.wire.LinkKeys;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/**
 * Receives what the members of a generation sent to one life: opens each frame, checks its header,
 * and hands on what is left. For one thread.
 */
public final class SecureReceiver implements AutoCloseable {

  /** Takes an authentic message. */
  @FunctionalInterface
  public interface MessageHandler {
    /**
     * One message; the bytes are gone when this returns.
     *
     * @param from who sent it
     * @param header its header, of this schema and a known version
     * @param buffer holds the message
     * @param bodyOffset where the fields begin
     * @param bodyLength bytes from there to the end of the message
     */
    void onMessage(
        Peer from,
        MessageHeaderDecoder header,
        DirectBuffer buffer,
        int bodyOffset,
        int bodyLength);
  }

  private final Inbound inbound;
  private final Rejections rejections;
  private final FrameOpener opener;
  private final MessageHandler handler;
  private final Inbound.FrameHandler onFrame = this::onFrame;
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private long receivedBytes;
  private long taken;

  /**
   * A receiver of one generation, over an endpoint that it owns from now on.
   *
   * @param rejections where dropped messages are counted; the handler counts there what it drops
   */
  public SecureReceiver(
      LinkKeys keys,
      int generation,
      Peer self,
      Iterable<Peer> members,
      Inbound inbound,
      Rejections rejections,
      MessageHandler handler) {
    this.inbound = inbound;
    this.rejections = rejections;
    this.opener = new FrameOpener(keys, generation, self, members, rejections);
    this.handler = handler;
  }

  /** Handles up to about {@code limit} frames that are there, and returns how many. */
  public int poll(int limit) {
    return inbound.poll(onFrame, limit);
  }

  private void onFrame(DirectBuffer buffer, int offset, int length) {
    receivedBytes += length;
    int opened = opener.open(buffer, offset, length);
    if (opened < 0) {
      return;
    }
    if (opened < MessageHeaderDecoder.ENCODED_LENGTH) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    DirectBuffer message = opener.message();
    header.wrap(message, 0);
    int bodyLength = opened - MessageHeaderDecoder.ENCODED_LENGTH;
    if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
        || header.version() != MessageHeaderDecoder.SCHEMA_VERSION
        || header.blockLength() > bodyLength) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    taken++;
    handler.onMessage(
        opener.sender(), header, message, MessageHeaderDecoder.ENCODED_LENGTH, bodyLength);
  }

  /** Whether frames of a member are missing: a session broke and lost what was under way. */
  public boolean hasGap() {
    return opener.hasGap();
  }

  /** Bytes of all frames that came in, good and bad. */
  public long receivedBytes() {
    return receivedBytes;
  }

  /** Messages of members that were handed on. */
  public long taken() {
    return taken;
  }

  /** Where it can be reached. */
  public Endpoint endpoint() {
    return inbound.endpoint();
  }

  @Override
  public void close() {
    inbound.close();
  }
}
