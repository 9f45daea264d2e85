package io.trireme.server.protocol;

import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.StateEncoder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A recruit that is to become the backup: it is sent the group's state, which must not change
 * meanwhile. Until that begins to leave, steps are made as if there were no backup.
 */
final class JoiningBackup implements BackupPeer, PeerLink.Transfer {

  private final PrimaryRole primary;
  private final Replica replica;
  private final PeerLink link;
  private final ServerRules rules;
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final StateEncoder message = new StateEncoder();
  private final List<MutableDirectBuffer> parts;
  private final PartCursor sent = new PartCursor();

  /** One that waits for its turn on the link. */
  JoiningBackup(PrimaryRole primary, PeerLink link, ServerRules rules) {
    this.primary = primary;
    this.replica = primary.replica();
    this.link = link;
    this.rules = rules;
    this.parts = replica.state().parts();
    link.sendState(this);
  }

  @Override
  public boolean takeGradient(double scale) {
    if (sent.hasBegun()) {
      return false;
    }
    primary.apply(scale);
    primary.release();
    return true;
  }

  @Override
  public boolean sendFrame(SecureSender sender, int generation, long nowNs) {
    DirectBuffer part = parts.get(sent.part());
    int total = part.capacity();
    int length = Math.min(Frames.MAX_PAYLOAD_BYTES, total - sent.offsetBytes());
    MutableDirectBuffer bytes = sender.message();
    message
        .wrapAndApplyHeader(bytes, 0, header)
        .generation(generation)
        .step(replica.step())
        .group(replica.group().index())
        .part(sent.part())
        .partBytes(total)
        .frameOffset(sent.offsetBytes());
    bytes.putBytes(message.limit(), part, sent.offsetBytes(), length);
    sender.send(message.limit() + length, nowNs);
    sent.advance(length, total);
    return sent.part() == parts.size();
  }

  @Override
  public void onSent() {
    primary.backUpBy(new CurrentBackup(primary, link, rules));
    replica.aggregation().resume();
  }
}
