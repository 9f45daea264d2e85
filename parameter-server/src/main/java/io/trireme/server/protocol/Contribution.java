package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
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

  Contribution(UnsafeBuffer floats) {
    this.floats = floats;
  }

  boolean covers(Contribution other) {
    return lo <= other.lo && other.hi <= hi;
  }

  int slots() {
    return hi - lo;
  }
}
