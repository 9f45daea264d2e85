package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.ReducedDecoder;
import io.trireme.common.wire.sbe.StateDecoder;

/**
 * What a server is to a block group in one generation. From it follows which messages of other
 * servers about the group are in place; each method says whether the message was, and else changes
 * nothing.
 */
interface GroupRole {

  /** That of a server between generations: nothing is in place. */
  GroupRole NONE = new GroupRole() {};

  /** A part of a block's mean gradient has come. */
  default boolean takeReduced(
      Peer from, ReplicaBlock block, ReducedDecoder message, int payloadBytes) {
    return false;
  }

  /** Another server says that it holds the gradient of a step. */
  default boolean takeHeld(Peer from, long step) {
    return false;
  }

  /** A part of the group's state has come. */
  default boolean takeState(Peer from, StateDecoder message, int payloadBytes) {
    return false;
  }
}
