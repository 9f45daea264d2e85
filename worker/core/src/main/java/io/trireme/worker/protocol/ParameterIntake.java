package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.ParametersDecoder;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parameters of one step after the other straight into the model's own vector, block by
 * block, frame by frame. Owns which step is awaited, and what of it is there.
 */
final class ParameterIntake implements SecureReceiver.MessageHandler, AutoCloseable {

  /** Learns the scale that all contributors to a block share in the next step. */
  interface ScaleListener {
    void scale(int block, float scale);
  }

  private final List<Block> blocks;
  private final MutableDirectBuffer parameters;
  private final ParameterChanges changes;
  private final Rejections rejections;
  private final ScaleListener scales;
  private final ParametersDecoder decoder = new ParametersDecoder();

  /** The id of the server that sends a block. */
  private final int[] primaryOfBlock;

  /** Bytes of a block's frames that have come. */
  private final int[] receivedBytes;

  /** Whether a block is whole. */
  private final boolean[] received;

  private int missingBlocks;
  private int generation;
  private long firstStep;
  private long awaitedStep;

  ParameterIntake(
      WorkerOptions options,
      MutableDirectBuffer parameters,
      Rejections rejections,
      ScaleListener scales) {
    blocks = options.plan().blocks();
    this.parameters = parameters;
    this.rejections = rejections;
    this.scales = scales;
    changes = new ParameterChanges(options.plan(), options.compression(), parameters);
    primaryOfBlock = new int[blocks.size()];
    receivedBytes = new int[blocks.size()];
    received = new boolean[blocks.size()];
    missingBlocks = blocks.size();
  }

  /**
   * Enters a generation, and awaits its first step.
   *
   * @param primaries the servers with the blocks that each is the primary of
   * @param schedule how changes travel from now on; null for no other than before
   */
  void enter(
      Membership membership,
      Map<ServerMember, List<Block>> primaries,
      long step,
      @Nullable CompressionSchedule schedule) {
    generation = membership.generation();
    primaries.forEach(
        (server, held) ->
            held.forEach(block -> primaryOfBlock[block.index()] = server.peer().id()));
    if (schedule != null) {
      changes.enter(schedule);
    }
    firstStep = step;
    await(step);
  }

  /** Forgets what is there, and gathers the parameters of a step. */
  void await(long step) {
    awaitedStep = step;
    Arrays.fill(receivedBytes, 0);
    Arrays.fill(received, false);
    missingBlocks = received.length;
  }

  /** The step whose parameters are gathered, or, once {@link #isReady}, are there. */
  long awaitedStep() {
    return awaitedStep;
  }

  /** Whether every block of the awaited step is there. */
  boolean isReady() {
    return missingBlocks == 0;
  }

  /** How many blocks of the awaited step are not there. */
  int missingBlocks() {
    return missingBlocks;
  }

  @Override
  public void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset, int bodyLength) {
    if (header.templateId() != ParametersDecoder.TEMPLATE_ID
        || header.blockLength() < ParametersDecoder.BLOCK_LENGTH) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    decoder.wrap(buffer, bodyOffset, header.blockLength(), header.version());
    int payloadBytes = bodyLength - header.blockLength();
    boolean plain = decoder.codecRaw() == Codec.NONE.value();
    Rejection refused = checkPlace(from, plain, payloadBytes);
    if (refused == null) {
      refused = checkFrame(decoder.block(), plain, payloadBytes);
    }
    if (refused == null) {
      refused = take(decoder.block(), plain, buffer, payloadBytes);
    }
    if (refused != null) {
      rejections.count(refused);
    }
  }

  /** Whether the message is for the awaited step, and its sender may say so; null if it is. */
  private @Nullable Rejection checkPlace(Peer from, boolean plain, int payloadBytes) {
    // Frames end between floats, so that no float is ever half of one step and half of another.
    if (payloadBytes <= 0 || (plain && payloadBytes % Float.BYTES != 0)) {
      return Rejection.BAD_MESSAGE;
    }
    int index = decoder.block();
    // The step before is being computed with, or was: its parameters must not be touched. A backup
    // has the same bits, but may be a step behind the primary.
    if (decoder.generation() != generation
        || decoder.step() != awaitedStep
        || index < 0
        || index >= primaryOfBlock.length
        || primaryOfBlock[index] != from.id()) {
      return Rejection.OUT_OF_PLACE;
    }
    // The parameters of a step are those of the one before, changed by it: its codecs hold.
    return plain || changes.knows(index, awaitedStep - 1, decoder.codecRaw())
        ? null
        : Rejection.BAD_MESSAGE;
  }

  /** Whether this is the frame that the block needs next; null if it is. */
  private @Nullable Rejection checkFrame(int index, boolean plain, int payloadBytes) {
    int total = decoder.blockBytes();
    int at = decoder.frameOffset();
    boolean fits = plain ? total == blocks.get(index).lengthBytes() : changes.fits(index, total);
    // A change is added to the parameters of the step before. A worker that enters a generation may
    // lack them, so that the first step of a generation is sent whole.
    if (!fits
        || received[index]
        || (!plain && awaitedStep == firstStep)
        || at != receivedBytes[index]
        || at + (long) payloadBytes > total) {
      return at < receivedBytes[index] ? Rejection.DUPLICATE : Rejection.OUT_OF_PLACE;
    }
    return null;
  }

  /** Takes a frame that fits; null unless it completes a change that cannot be decoded. */
  private @Nullable Rejection take(
      int index, boolean plain, DirectBuffer buffer, int payloadBytes) {
    int at = decoder.frameOffset();
    if (plain) {
      int target = Math.toIntExact(blocks.get(index).offset() * Float.BYTES) + at;
      parameters.putBytes(target, buffer, decoder.limit(), payloadBytes);
    } else {
      changes.keep(index, at, buffer, decoder.limit(), payloadBytes);
    }
    receivedBytes[index] += payloadBytes;
    int total = decoder.blockBytes();
    if (receivedBytes[index] < total) {
      return null;
    }
    if (!plain && !changes.apply(index, awaitedStep - 1, total)) {
      receivedBytes[index] = 0;
      return Rejection.BAD_MESSAGE;
    }
    scales.scale(index, decoder.scale());
    received[index] = true;
    missingBlocks--;
    return null;
  }

  /** The first missing block with its server, in words; null if nothing is missing. */
  @Nullable String waitsFor() {
    for (int index = 0; index < received.length; index++) {
      if (!received[index]) {
        return "of generation "
            + generation
            + " waits for block "
            + index
            + " of step "
            + awaitedStep
            + " ("
            + missingBlocks
            + " blocks missing) from server "
            + Peer.indexOf(primaryOfBlock[index]);
      }
    }
    return null;
  }

  @Override
  public void close() {
    changes.close();
  }
}
