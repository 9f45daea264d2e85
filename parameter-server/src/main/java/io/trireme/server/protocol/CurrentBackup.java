package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * A backup that has the primary's state: it is sent every mean gradient before that is applied
 * here, and workers get the result when it has said that it holds the gradient.
 */
final class CurrentBackup implements BackupPeer, PeerLink.Transfer {

  private final PrimaryRole primary;
  private final Replica replica;
  private final PeerLink link;
  private final ServerRules rules;
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final ReducedEncoder message = new ReducedEncoder();

  /** How much has left of the gradient that is on its way, block by block. */
  private final PartCursor sent = new PartCursor();

  /** What that gradient is multiplied by. */
  private double scale;

  private boolean awaited;

  CurrentBackup(PrimaryRole primary, PeerLink link, ServerRules rules) {
    this.primary = primary;
    this.replica = primary.replica();
    this.link = link;
    this.rules = rules;
  }

  @Override
  public boolean takeGradient(double factor) {
    scale = factor;
    sent.reset();
    link.sendGradient(this);
    return true;
  }

  @Override
  public boolean sendFrame(SecureSender sender, int generation, long nowNs) {
    ReplicaBlock block = replica.blocks().get(sent.part());
    int offset = sent.offsetBytes();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, block.lengthBytes() - offset);
    MutableDirectBuffer bytes = sender.message();
    message
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(generation)
        .step(replica.step())
        .block(block.index())
        .sumOfSquares(block.share())
        .scale(scale)
        .frameOffset(offset)
        .codecScale(block.nextScale());
    bytes.putBytes(
        message.limit(), replica.updater().gradient(), block.offsetBytes() + offset, length);
    sender.send(message.limit() + length, nowNs);
    sent.advance(length, block.lengthBytes());
    return sent.part() == replica.blocks().size();
  }

  @Override
  public void onSent() {
    primary.apply(scale);
    if (rules.releaseAwaitsBackup()) {
      awaited = true;
    } else {
      primary.release();
    }
  }

  @Override
  public boolean takeHeld(Peer from, long step) {
    if (!awaited || !link.leadsTo(from) || step != replica.step() - 1) {
      return false;
    }
    awaited = false;
    primary.release();
    return true;
  }

  @Override
  public boolean isAwaited() {
    return awaited;
  }

  @Override
  public void describe(StringBuilder text) {
    text.append(" waits for ")
        .append(link.sender().to())
        .append(" to hold group ")
        .append(replica.group().index())
        .append(" of step ")
        .append(replica.step() - 1);
  }
}
