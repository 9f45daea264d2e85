package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.TreeNode;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes one block of one node's gradients. Keeps the memory of its encoder as it was before the
 * step encoded last, until it is known whether that step counted what was sent: if not, it goes
 * back to before it. So what was counted and what is kept back are together all gradients.
 */
final class NodeBlockEncoder implements AutoCloseable {

  private static final long NONE = -1;

  private final BlockCodec codec;
  private final BlockEncoder encoder;
  private final Residual residual;
  private final int lengthBytes;
  private final Carryover carryover;
  private final long seed;
  private final int offsetBytes;
  private final ByteBuffer memory;
  private final UnsafeBuffer bytes;
  private final ByteBuffer beforeMemory;

  /** What the encoder remembered before the step that it encoded last. */
  private final UnsafeBuffer before;

  private double normSquared;
  private double normSquaredBefore;

  /** The newest step that was encoded, or flushed, and not undone; -1 if none. */
  private long step = NONE;

  private int length;

  /** The gradient of a step with all that was kept back, as floats; null before {@link #flush}. */
  private @Nullable ByteBuffer flushed;

  private long flushedStep = NONE;

  /** Whether the encoder is known to keep nothing back. */
  private boolean empty;

  private boolean emptyBefore;

  /** An encoder by this codec, which is the plan's or plain. */
  NodeBlockEncoder(CompressionPlan compression, BlockCodec codec, Block block, TreeNode node) {
    this.codec = codec;
    encoder = codec.encoder();
    residual = new Residual(block.index(), node, encoder.state());
    lengthBytes = block.lengthBytes();
    carryover = new Carryover(lengthBytes);
    seed = compression.gradientSeed(block.index(), node);
    offsetBytes = Math.toIntExact(block.offset() * Float.BYTES);
    memory = ByteBuffer.allocateDirect(encoder.maxEncodedBytes());
    bytes = new UnsafeBuffer(memory);
    beforeMemory =
        ByteBuffer.allocateDirect(
            residual.state().stream().mapToInt(MutableDirectBuffer::capacity).sum());
    before = new UnsafeBuffer(beforeMemory);
  }

  /** Encodes a step's gradient, a whole vector, unless it has done so; returns how many bytes. */
  int encode(long newStep, float scale, DirectBuffer gradient) {
    if (step != newStep) {
      remember();
      encoder.sharedScale(scale);
      int result;
      if (carryover.isWaiting()) {
        UnsafeBuffer sum = carryover.goWith(gradient, offsetBytes);
        result = encoder.encode(newStep, seed, sum, 0, bytes, 0);
      } else {
        result = encoder.encode(newStep, seed, gradient, offsetBytes, bytes, 0);
      }
      if (result < 0) {
        throw new IllegalStateException("the gradient of step " + newStep + " is no number");
      }
      empty = false;
      normSquared = encoder.residualNormSquared();
      step = newStep;
      length = result;
    }
    return length;
  }

  /** The step before is counted; the next one may have to be undone. */
  private void remember() {
    carryover.settle();
    int at = 0;
    for (int i = 0; i < residual.state().size(); i++) {
      MutableDirectBuffer part = residual.state().get(i);
      before.putBytes(at, part, 0, part.capacity());
      at += part.capacity();
    }
    normSquaredBefore = normSquared;
    emptyBefore = empty;
  }

  /**
   * Goes back to before the step that it encoded last, if that did not count.
   *
   * @param lacking the first step that did not count
   */
  void settle(long lacking) {
    if (step < lacking) {
      carryover.settle();
      return;
    }
    int at = 0;
    for (MutableDirectBuffer part : residual.state()) {
      part.putBytes(0, before, at, part.capacity());
      at += part.capacity();
    }
    normSquared = normSquaredBefore;
    empty = emptyBefore;
    carryover.comeBack();
    step = NONE;
    flushedStep = NONE;
  }

  /** Whether this step, or a later one, was encoded or flushed, and not undone. */
  boolean hasEncoded(long asked) {
    return step >= asked;
  }

  /**
   * The block of a step's gradient, a whole vector, together with all that was kept back, which is
   * kept no longer; the same again if asked again.
   */
  DirectBuffer flush(long newStep, DirectBuffer gradient) {
    ByteBuffer known = flushed;
    if (known != null && flushedStep == newStep) {
      return new UnsafeBuffer(known);
    }
    remember();
    ByteBuffer floats = known == null ? ByteBuffer.allocateDirect(lengthBytes) : known;
    flushed = floats;
    UnsafeBuffer sum = new UnsafeBuffer(floats);
    if (carryover.isWaiting()) {
      sum.putBytes(0, carryover.goWith(gradient, offsetBytes), 0, lengthBytes);
    } else {
      sum.putBytes(0, gradient, offsetBytes, lengthBytes);
    }
    codec.takeResidual(encoder, sum);
    empty = true;
    normSquared = 0;
    step = newStep;
    flushedStep = newStep;
    return sum;
  }

  /** Whether anything may be kept back. */
  boolean hasUnsent() {
    return carryover.isWaiting() || !(empty || residual.state().isEmpty());
  }

  /** The square of the norm of what the encoder keeps back. */
  double residualNormSquared() {
    return normSquared;
  }

  /** Its memory was written to: finds out how much it keeps back now. */
  void measure() {
    ByteBuffer floats = ByteBuffer.allocateDirect(lengthBytes);
    UnsafeBuffer kept = new UnsafeBuffer(floats);
    codec.addResidual(encoder, kept);
    double squares = 0;
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      double value = kept.getFloat(at);
      squares += value * value;
    }
    BufferUtil.free(floats);
    normSquared = squares;
    empty = false;
  }

  /** What it remembers, in place. */
  Residual residual() {
    return residual;
  }

  /** The codec by which it encodes. */
  BlockCodec codec() {
    return codec;
  }

  /** The step that it encoded last, and that was not undone; -1 if none. */
  long step() {
    return step;
  }

  /** Whether there is something of other encoders that waits to be sent. */
  boolean carries() {
    return carryover.isWaiting();
  }

  /** What it encoded last. */
  DirectBuffer bytes() {
    return bytes;
  }

  /** Floats of the last encoding that are sent with a value of their own. */
  int sentFloats() {
    return encoder.sentFloats();
  }

  /** The index of its block. */
  int block() {
    return residual.block();
  }

  /** The node whose gradients it encodes. */
  TreeNode node() {
    return residual.node();
  }

  /**
   * Takes over what another encoder of the same block has not sent. Of both it must be known what
   * counted.
   */
  void absorb(NodeBlockEncoder other) {
    if (!other.hasUnsent()) {
      return;
    }
    UnsafeBuffer sum = carryover.floats();
    other.codec.addResidual(other.encoder, sum);
    if (other.carryover.isWaiting()) {
      Carryover.add(sum, other.carryover.floats(), 0, lengthBytes);
    }
    // An encoder of the same codec keeps it in its own residual, which a checkpoint holds.
    if (other.codec.equals(codec) && encoder.absorb(sum, 0)) {
      carryover.close();
      measure();
    }
  }

  @Override
  public void close() {
    ByteBuffer last = flushed;
    flushed = null;
    CloseHelper.closeAll(
        encoder,
        () -> BufferUtil.free(memory),
        () -> BufferUtil.free(beforeMemory),
        carryover,
        () -> BufferUtil.free(last));
  }
}
