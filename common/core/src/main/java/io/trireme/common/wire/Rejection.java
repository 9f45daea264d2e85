package io.trireme.common.wire;

/** Why a frame was dropped. */
public enum Rejection {
  /** Too short, too long, or not of a version that this code knows. */
  MALFORMED,
  /** The sender is not a member of the job. */
  UNKNOWN_SENDER,
  /** The sender is a member, but this is another life of it. */
  WRONG_INCARNATION,
  /** The sequence number was seen before. */
  REPLAYED,
  /** The tag does not fit: damaged, forged, or sealed with the key of another job or link. */
  NOT_AUTHENTIC,
  /** Authentic, but not a message of a template and version that this code knows, or cut short. */
  BAD_MESSAGE,
  /**
   * A good message whose step, block, node or generation is not the one that is open; late ones and
   * re-sent ones.
   */
  OUT_OF_PLACE,
  /** A good message that had already been counted. */
  DUPLICATE
}
