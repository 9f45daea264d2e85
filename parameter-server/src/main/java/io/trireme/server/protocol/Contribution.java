package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.Codec;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived of the gradient of one tree node, for one block and one step, from one sender.
 * Used again and again.
 */
final class Contribution {
  final UnsafeBuffer floats;
  @Nullable Peer from;
  int lo;
  int hi;
  int receivedBytes;

  /** How it travels, as messages say. */
  int codec;

  /** Bytes that it takes as it travels. */
  int totalBytes;

  /** Room for an encoding; null for a contribution whose floats travel as they are. */
  @Nullable UnsafeBuffer encoded;

  Contribution(UnsafeBuffer floats) {
    this.floats = floats;
  }

  boolean isPlain() {
    return codec == Codec.NONE.value();
  }

  /** Whether it is no number, so that the step counts for nobody. */
  boolean isVoid() {
    return codec == Codec.VOID.value();
  }

  UnsafeBuffer encoded() {
    UnsafeBuffer room = encoded;
    if (room == null) {
      throw new IllegalStateException("a plain contribution has no encoding");
    }
    return room;
  }

  /** Where its bytes go as they arrive. */
  UnsafeBuffer target() {
    return isPlain() || isVoid() ? floats : encoded();
  }

  boolean covers(Contribution other) {
    return lo <= other.lo && other.hi <= hi;
  }

  int slots() {
    return hi - lo;
  }
}
