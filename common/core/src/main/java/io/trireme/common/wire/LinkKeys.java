package io.trireme.common.wire;

import javax.crypto.SecretKey;

/** Binds each frame to the generation that it is for, and to the lives at both ends. */
public interface LinkKeys {

  /** The AES-128 key of the frames that one life sends to another in one generation. */
  SecretKey linkKey(int generation, Peer from, Peer to);

  /** Whether a frame whose envelope names this incarnation may be from a member. */
  default boolean isSameLife(Peer member, long incarnation) {
    return member.incarnation() == incarnation;
  }
}
