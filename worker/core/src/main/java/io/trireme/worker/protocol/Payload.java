package io.trireme.worker.protocol;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.common.wire.sbe.Codec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The bytes of one block of a contribution, and how far they are sent. Used again and again. */
final class Payload {

  private final UnsafeBuffer mark = new UnsafeBuffer(new byte[Integer.BYTES]);
  private Codec codec = Codec.NONE;
  private DirectBuffer bytes = mark;
  private int offset;
  private int length;
  private int sent;

  void plain(DirectBuffer floats, int offsetBytes, int lengthBytes) {
    set(Codec.NONE, floats, offsetBytes, lengthBytes);
  }

  void encoded(Codec by, DirectBuffer encoding, int lengthBytes) {
    set(by, encoding, 0, lengthBytes);
  }

  /** Says that the contribution is no number. */
  void none(int index) {
    mark.putInt(0, index, LITTLE_ENDIAN);
    set(Codec.VOID, mark, 0, Integer.BYTES);
  }

  /** Says that nothing is sent, since the servers have counted the step already. */
  void counted() {
    mark.putInt(0, 0, LITTLE_ENDIAN);
    set(Codec.COUNTED, mark, 0, Integer.BYTES);
  }

  private void set(Codec by, DirectBuffer from, int at, int lengthBytes) {
    codec = by;
    bytes = from;
    offset = at;
    length = lengthBytes;
    sent = 0;
  }

  Codec codec() {
    return codec;
  }

  DirectBuffer bytes() {
    return bytes;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  int sent() {
    return sent;
  }

  boolean isSent() {
    return sent == length;
  }

  /** Writes what is to be sent next, at most {@code limit} bytes; returns how many. */
  int writeNext(MutableDirectBuffer message, int at, int limit) {
    int count = Math.min(limit, length - sent);
    message.putBytes(at, bytes, offset + sent, count);
    sent += count;
    return count;
  }
}
