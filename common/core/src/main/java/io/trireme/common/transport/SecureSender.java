package io.trireme.common.transport;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.trireme.common.wire.FrameSealer;
import io.trireme.common.wire.LinkKeys;
import io.trireme.common.wire.Peer;
import org.agrona.MutableDirectBuffer;

/**
 * Sends sealed messages to one life of a peer in one generation. A message that the session does
 * not take at once is kept and offered again, so that no sequence number is lost; meanwhile nothing
 * else can be sent. For one thread.
 */
public final class SecureSender implements AutoCloseable {

  private final Peer to;
  private final Endpoint endpoint;
  private final FrameSealer sealer;
  private final Outbound outbound;
  private int pendingLength;
  private long blockedSinceNs;
  private boolean blocked;
  private long sentBytes;

  /** A sender over a session that it owns from now on. */
  public SecureSender(
      LinkKeys keys, int generation, Peer from, Peer to, Endpoint endpoint, Outbound outbound) {
    this.to = to;
    this.endpoint = endpoint;
    this.sealer = new FrameSealer(keys, generation, from, to);
    this.outbound = outbound;
  }

  /** Whom it sends to. */
  public Peer to() {
    return to;
  }

  /** Where the peer receives. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** Offers a kept message again; true if none is left, so that the next may be encoded. */
  public boolean ready(long nowNs) {
    return pendingLength == 0 || offer(nowNs);
  }

  /** Where the next message is to be encoded, once {@link #ready} said so. */
  public MutableDirectBuffer message() {
    return sealer.message();
  }

  /**
   * Seals and offers the message that was encoded; the message is taken, even if the session is
   * behind.
   */
  public void send(int length, long nowNs) {
    if (pendingLength != 0) {
      throw new IllegalStateException("a message to " + to + " is still waiting");
    }
    pendingLength = sealer.seal(length);
    offer(nowNs);
  }

  @CanIgnoreReturnValue
  private boolean offer(long nowNs) {
    if (outbound.offer(sealer.frame(), 0, pendingLength) == Outbound.Offer.SENT) {
      sentBytes += pendingLength;
      pendingLength = 0;
      blocked = false;
      return true;
    }
    if (!blocked) {
      blocked = true;
      blockedSinceNs = nowNs;
    }
    return false;
  }

  /** How long the session has taken nothing, in nanoseconds; 0 if nothing waits. */
  public long blockedNs(long nowNs) {
    return blocked ? nowNs - blockedSinceNs : 0;
  }

  /** Bytes of frames sent so far. */
  public long sentBytes() {
    return sentBytes;
  }

  @Override
  public void close() {
    outbound.close();
  }
}
