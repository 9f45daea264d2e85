package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * A backup that has the primary's state: it is sent every mean gradient, which is kept as it is and
 * applied here when the backup has said that it holds it. So a gradient that did not arrive, or of
 * which that was not heard, is sent again in the next generation, and nothing is released that only
 * the primary has.
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
        .sumOfSquares(block.share(replica.step()))
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
    if (rules.releaseAwaitsBackup()) {
      awaited = true;
    } else {
      apply();
    }
  }

  private void apply() {
    primary.apply(scale);
    primary.release();
  }

  @Override
  public boolean takeHeld(Peer from, long step) {
    if (!awaited || !link.leadsTo(from) || step != replica.step()) {
      return false;
    }
    awaited = false;
    apply();
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
        .append(replica.step());
  }
}
