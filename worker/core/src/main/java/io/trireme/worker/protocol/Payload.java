package io.trireme.worker.protocol;

import io.trireme.common.wire.sbe.Codec;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The bytes of one block of a contribution, and how far they are sent. Used again and again. */
final class Payload {

  private final UnsafeBuffer mark = new UnsafeBuffer(new byte[Integer.BYTES]);
  Codec codec = Codec.NONE;
  DirectBuffer bytes = mark;
  int offset;
  int length;
  int sent;

  void plain(DirectBuffer floats, int offsetBytes, int lengthBytes) {
    set(Codec.NONE, floats, offsetBytes, lengthBytes);
  }

  void encoded(Codec by, DirectBuffer encoding, int lengthBytes) {
    set(by, encoding, 0, lengthBytes);
  }

  /** Says that the contribution is no number. */
  void none(int index) {
    mark.putInt(0, index, java.nio.ByteOrder.LITTLE_ENDIAN);
    set(Codec.VOID, mark, 0, Integer.BYTES);
  }

  private void set(Codec by, DirectBuffer from, int at, int lengthBytes) {
    codec = by;
    bytes = from;
    offset = at;
    length = lengthBytes;
    sent = 0;
  }
}
