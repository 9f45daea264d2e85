package io.trireme.server.protocol;

import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.common.wire.sbe.HeldDecoder;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.NormShareDecoder;
import io.trireme.common.wire.sbe.ReducedDecoder;
import io.trireme.common.wire.sbe.StateDecoder;
import org.agrona.DirectBuffer;

/**
 * Reads the messages of one server, hands on what is well formed and of the present generation, and
 * counts what is dropped, by reason.
 */
final class ServerInbox implements SecureReceiver.MessageHandler {

  private final ServerOptions options;
  private final Replicas replicas;
  private final Aggregation aggregation;
  private final Replication replication;
  private final Rejections rejections;
  private final ContributionDecoder contribution = new ContributionDecoder();
  private final NormShareDecoder normShare = new NormShareDecoder();
  private final ReducedDecoder reduced = new ReducedDecoder();
  private final HeldDecoder held = new HeldDecoder();
  private final StateDecoder state = new StateDecoder();
  private Sessions sessions = Sessions.none();

  ServerInbox(
      ServerOptions options,
      Replicas replicas,
      Aggregation aggregation,
      Replication replication,
      Rejections rejections) {
    this.options = options;
    this.replicas = replicas;
    this.aggregation = aggregation;
    this.replication = replication;
    this.rejections = rejections;
  }

  /** From now on messages of this generation are in place, and no others. */
  void enter(Sessions next) {
    sessions = next;
  }

  @Override
  public void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset, int bodyLength) {
    int blockLength = header.blockLength();
    int version = header.version();
    int payload = bodyLength - blockLength;
    boolean worker = from.isWorker();
    switch (header.templateId()) {
      case ContributionDecoder.TEMPLATE_ID -> {
        if (expect(worker && blockLength >= ContributionDecoder.BLOCK_LENGTH && payload > 0)) {
          contribution.wrap(buffer, bodyOffset, blockLength, version);
          onContribution(from, payload);
        }
      }
      case NormShareDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= NormShareDecoder.BLOCK_LENGTH)) {
          normShare.wrap(buffer, bodyOffset, blockLength, version);
          onNormShare();
        }
      }
      case ReducedDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= ReducedDecoder.BLOCK_LENGTH && areFloats(payload))) {
          reduced.wrap(buffer, bodyOffset, blockLength, version);
          place(isNow(reduced.generation()) && replication.takeReduced(from, reduced, payload));
        }
      }
      case HeldDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= HeldDecoder.BLOCK_LENGTH)) {
          held.wrap(buffer, bodyOffset, blockLength, version);
          place(isNow(held.generation()) && replication.takeHeld(from, held));
        }
      }
      case StateDecoder.TEMPLATE_ID -> {
        if (expect(!worker && blockLength >= StateDecoder.BLOCK_LENGTH && areFloats(payload))) {
          state.wrap(buffer, bodyOffset, blockLength, version);
          place(isNow(state.generation()) && replication.takeState(from, state, payload));
        }
      }
      default -> rejections.count(Rejection.BAD_MESSAGE);
    }
  }

  private void onContribution(Peer from, int payloadBytes) {
    int codec = contribution.codecRaw();
    if (!expect(codec != Codec.NONE.value() || areFloats(payloadBytes))) {
      return;
    }
    ReplicaBlock block = replicas.block(contribution.block());
    WorkerLink link = sessions.worker(from.id());
    long step = contribution.step();
    if (block == null
        || link == null
        || !block.replica().isPrimary()
        || !isNow(contribution.generation())
        || step >= options.lastStep()) {
      rejections.count(Rejection.OUT_OF_PLACE);
      return;
    }
    if (expect(block.intake().knows(codec, step))) {
      count(block.replica().aggregation().accept(block, from, link, contribution, payloadBytes));
    }
  }

  private void count(Receipt receipt) {
    switch (receipt) {
      case DUPLICATE -> rejections.count(Rejection.DUPLICATE);
      case OUT_OF_PLACE -> rejections.count(Rejection.OUT_OF_PLACE);
      case BAD -> rejections.count(Rejection.BAD_MESSAGE);
      case KEPT, COUNTED, COMPLETE -> {}
    }
  }

  /** Takes a share of the norm, of a block that this server does not aggregate itself. */
  private void onNormShare() {
    ReplicaBlock own = replicas.block(normShare.block());
    place(
        isNow(normShare.generation())
            && (own == null || !own.replica().isPrimary())
            && aggregation.takeShare(
                normShare.block(), normShare.step(), normShare.sumOfSquares()));
  }

  private boolean isNow(int generation) {
    return generation == sessions.generation();
  }

  private static boolean areFloats(int bytes) {
    return bytes > 0 && bytes % Float.BYTES == 0;
  }

  private boolean expect(boolean wellFormed) {
    if (!wellFormed) {
      rejections.count(Rejection.BAD_MESSAGE);
    }
    return wellFormed;
  }

  private void place(boolean inPlace) {
    if (!inPlace) {
      rejections.count(Rejection.OUT_OF_PLACE);
    }
  }
}
