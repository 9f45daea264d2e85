package io.trireme.server.protocol;

/** How far several parts have been sent or received, one after the other, each in order. */
final class PartCursor {
  private int part;
  private int offsetBytes;

  /** Begins with the first part. */
  void reset() {
    part = 0;
    offsetBytes = 0;
  }

  /** Which part comes next, or is under way. */
  int part() {
    return part;
  }

  /** How much of that part is done. */
  int offsetBytes() {
    return offsetBytes;
  }

  /** Whether anything has been sent or received. */
  boolean hasBegun() {
    return part > 0 || offsetBytes > 0;
  }

  /** Goes on by some bytes of a part, up to its end. */
  void advance(int bytes, int partBytes) {
    offsetBytes += bytes;
    if (offsetBytes == partBytes) {
      offsetBytes = 0;
      part++;
    }
  }
}
