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
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes one block of one node's gradients, with the bytes of the step that it encoded last. A
 * step that is sent again after a change of membership has the same gradient and is sent as the
 * same bytes, so that the residual counts every step once.
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
  private long step = NONE;
  private int length;

  /** The gradient of a step with all that was kept back, as floats; null before {@link #flush}. */
  private @Nullable ByteBuffer flushed;

  private long flushedStep = NONE;

  /** Whether the encoder is known to keep nothing back. */
  private boolean empty;

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
  }

  /** Encodes a step's gradient, a whole vector, unless it has done so; returns how many bytes. */
  int encode(long newStep, float scale, DirectBuffer gradient) {
    if (step != newStep) {
      empty = false;
      encoder.sharedScale(scale);
      int result;
      if (carryover.isDue(newStep)) {
        UnsafeBuffer sum = carryover.floats();
        Carryover.add(sum, gradient, offsetBytes, lengthBytes);
        result = encoder.encode(newStep, seed, sum, 0, bytes, 0);
      } else {
        result = encoder.encode(newStep, seed, gradient, offsetBytes, bytes, 0);
      }
      if (result < 0) {
        throw new IllegalStateException("the gradient of step " + newStep + " is no number");
      }
      if (carryover.isDue(newStep)) {
        carryover.close();
      }
      step = newStep;
      length = result;
    }
    return length;
  }

  /** Whether this step, or a later one, was encoded or flushed. */
  boolean hasEncoded(long asked) {
    return step >= asked || flushedStep >= asked;
  }

  /**
   * The block of a step's gradient, a whole vector, together with all that was kept back, which is
   * kept no longer: as floats, and the same again if asked again.
   */
  DirectBuffer flush(long newStep, DirectBuffer gradient) {
    ByteBuffer known = flushed;
    if (known != null && flushedStep == newStep) {
      return new UnsafeBuffer(known);
    }
    ByteBuffer floats = known == null ? ByteBuffer.allocateDirect(lengthBytes) : known;
    UnsafeBuffer sum = new UnsafeBuffer(floats);
    sum.putBytes(0, gradient, offsetBytes, lengthBytes);
    codec.takeResidual(encoder, sum);
    if (carryover.isDue(newStep)) {
      Carryover.add(sum, carryover.floats(), 0, lengthBytes);
      carryover.close();
    }
    empty = true;
    flushed = floats;
    flushedStep = newStep;
    return sum;
  }

  /** Whether anything may be kept back. */
  boolean hasUnsent() {
    return !carryover.isEmpty() || !(empty || encoder.state().isEmpty());
  }

  /** The square of the norm of what the encoder keeps back. */
  double residualNormSquared() {
    return empty ? 0 : encoder.residualNormSquared();
  }

  /** What it remembers, in place. */
  Residual residual() {
    return residual;
  }

  /** The codec by which it encodes. */
  BlockCodec codec() {
    return codec;
  }

  /** The step that it encoded last; -1 if none. */
  long step() {
    return step;
  }

  /** Whether there is something of other encoders that waits to be sent. */
  boolean carries() {
    return !carryover.isEmpty();
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

  /**
   * Takes over what another encoder of the same block has not sent. It is sent with the first step
   * from this one on that is encoded anew: what was encoded before may be sent again as it is.
   */
  void absorb(NodeBlockEncoder other, long from) {
    if (!other.hasUnsent()) {
      return;
    }
    UnsafeBuffer sum = carryover.floats(from);
    other.codec.addResidual(other.encoder, sum);
    if (!other.carryover.isEmpty()) {
      UnsafeBuffer rest = other.carryover.floats();
      Carryover.add(carryover.floats(other.carryover.firstStep()), rest, 0, lengthBytes);
    }
    // An encoder of the same codec keeps it in its own residual, which a checkpoint holds.
    if (other.codec.equals(codec) && encoder.absorb(sum, 0)) {
      empty = false;
      carryover.close();
    }
  }

  @Override
  public void close() {
    ByteBuffer last = flushed;
    flushed = null;
    CloseHelper.closeAll(
        encoder, () -> BufferUtil.free(memory), carryover, () -> BufferUtil.free(last));
  }
}
