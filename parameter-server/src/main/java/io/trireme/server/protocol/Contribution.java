package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What has arrived of the gradient of one tree node, for one block and one step, from one sender.
 * Used again and again.
 */
final class Contribution {
  private final UnsafeBuffer floats;

  /** Where bytes go as they arrive: the floats themselves, or room for their encoding. */
  private UnsafeBuffer target;

  private Peer from;
  private int lo;
  private int hi;
  private int codec;
  private int totalBytes;
  private int receivedBytes;

  /** Of a sender, with room for the floats of any block. */
  Contribution(UnsafeBuffer floats, Peer from) {
    this.floats = floats;
    this.target = floats;
    this.from = from;
  }

  /** Begins anew with the slots and the length that a message tells; nothing has arrived yet. */
  void begin(Peer sender, ContributionDecoder message) {
    from = sender;
    lo = message.slotFrom();
    hi = message.slotTo();
    codec = message.codecRaw();
    totalBytes = message.blockBytes();
    receivedBytes = 0;
  }

  /** Takes the bytes of a message if they are those that come next. */
  Receipt append(Peer sender, ContributionDecoder message, int payloadBytes) {
    if (codec != message.codecRaw() || totalBytes != message.blockBytes()) {
      return Receipt.OUT_OF_PLACE;
    }
    int offset = message.frameOffset();
    if (!from.equals(sender) || offset != receivedBytes) {
      return offset < receivedBytes ? Receipt.DUPLICATE : Receipt.OUT_OF_PLACE;
    }
    target.putBytes(offset, message.buffer(), message.limit(), payloadBytes);
    receivedBytes += payloadBytes;
    return Receipt.KEPT;
  }

  /** Whether all of its bytes are there. */
  boolean isWhole() {
    return receivedBytes == totalBytes;
  }

  /** Whether it is this sender's part of these slots. */
  boolean isOf(Peer sender, int slotFrom, int slotTo) {
    return lo == slotFrom && hi == slotTo && from.equals(sender);
  }

  /** Whether it travels neither plain nor as a mark that it is void. */
  boolean isEncoded() {
    return codec != Codec.NONE.value() && !isVoid();
  }

  /** Whether it is no number, so that its step changes nothing. */
  boolean isVoid() {
    return codec == Codec.VOID.value();
  }

  /** Its encoding arrives here. */
  void receiveInto(UnsafeBuffer room) {
    target = room;
  }

  /** Whether it has room for an encoding. */
  boolean hasEncodingRoom() {
    return target != floats;
  }

  /** Gives up its room for an encoding. */
  UnsafeBuffer detachEncodingRoom() {
    UnsafeBuffer room = target;
    target = floats;
    return room;
  }

  /** The bytes that have arrived. */
  DirectBuffer received() {
    return target;
  }

  int totalBytes() {
    return totalBytes;
  }

  /** Its floats, once it is whole and decoded. */
  UnsafeBuffer floats() {
    return floats;
  }

  int lo() {
    return lo;
  }

  int hi() {
    return hi;
  }

  int slots() {
    return hi - lo;
  }
}
