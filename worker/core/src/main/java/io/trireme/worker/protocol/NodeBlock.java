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
 * The encoder of one block of one node's gradients, with the bytes of the step that it encoded
 * last. A step that is sent again after a change of membership has the same gradient and is sent as
 * the same bytes, so that the residual counts every step once.
 */
final class NodeBlock implements AutoCloseable {

  private static final long NONE = -1;

  private final BlockCodec codec;
  private final BlockEncoder encoder;
  private final Residual residual;
  private final int lengthBytes;
  private final long seed;
  private final int offsetBytes;
  private final ByteBuffer memory;
  private final UnsafeBuffer bytes;
  private long step = NONE;
  private int length;

  /** What other encoders have not sent, to be added to what is encoded from a step on. */
  private @Nullable ByteBuffer carried;

  private long carriedFrom;

  /** The gradient of a step with all that was kept back, as floats; null before {@link #flush}. */
  private @Nullable ByteBuffer flushed;

  private long flushedStep = NONE;

  /** Whether the encoder is known to keep nothing back. */
  private boolean empty;

  /** An encoder by this codec, which is the plan's or plain. */
  NodeBlock(CompressionPlan compression, BlockCodec codec, Block block, TreeNode node) {
    this.codec = codec;
    encoder = codec.encoder();
    residual = new Residual(block.index(), node, encoder.state());
    lengthBytes = block.lengthBytes();
    seed = compression.waySeed(block.index(), node);
    offsetBytes = Math.toIntExact(block.offset() * Float.BYTES);
    memory = ByteBuffer.allocateDirect(encoder.maxEncodedBytes());
    bytes = new UnsafeBuffer(memory);
  }

  /** Encodes a step's gradient, a whole vector, unless it has done so; returns how many bytes. */
  int encode(long newStep, float scale, DirectBuffer gradient) {
    if (step != newStep) {
      empty = false;
      encoder.sharedScale(scale);
      ByteBuffer rest = carried;
      boolean carries = rest != null && newStep >= carriedFrom;
      int result =
          rest != null && carries
              ? encodeCarried(newStep, gradient, rest)
              : encoder.encode(newStep, seed, gradient, offsetBytes, bytes, 0);
      if (result < 0) {
        throw new IllegalStateException("the gradient of step " + newStep + " is no number");
      }
      if (carries) {
        carried = null;
        BufferUtil.free(rest);
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
    ByteBuffer rest = carried;
    if (rest != null && newStep >= carriedFrom) {
      addTo(sum, new UnsafeBuffer(rest));
      carried = null;
      BufferUtil.free(rest);
    }
    empty = true;
    flushed = floats;
    flushedStep = newStep;
    return sum;
  }

  private void addTo(UnsafeBuffer sum, UnsafeBuffer more) {
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      sum.putFloat(at, bounded(sum.getFloat(at) + more.getFloat(at)));
    }
  }

  /** Whether anything may be kept back. */
  boolean owes() {
    return carried != null || !(empty || encoder.state().isEmpty());
  }

  /** The square of the norm of what the encoder keeps back. */
  double residualNormSquared() {
    return empty ? 0 : encoder.residualNormSquared();
  }

  /** What it remembers, in place. */
  Residual residual() {
    return residual;
  }

  private int encodeCarried(long newStep, DirectBuffer gradient, ByteBuffer rest) {
    UnsafeBuffer sum = new UnsafeBuffer(rest);
    for (int at = 0; at < lengthBytes; at += Float.BYTES) {
      sum.putFloat(at, bounded(sum.getFloat(at) + gradient.getFloat(offsetBytes + at)));
    }
    return encoder.encode(newStep, seed, sum, 0, bytes, 0);
  }

  private static float bounded(float value) {
    return Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
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
    return carried != null;
  }

  DirectBuffer bytes() {
    return bytes;
  }

  BlockEncoder encoder() {
    return encoder;
  }

  /**
   * Takes over what another encoder of the same block has not sent. It is sent with the first step
   * from this one on that is encoded anew: what was encoded before may be sent again as it is.
   */
  void absorb(NodeBlock other, long from) {
    ByteBuffer rest = other.carried;
    if (!other.owes()) {
      return;
    }
    ByteBuffer own = carried;
    if (own == null) {
      own = ByteBuffer.allocateDirect(lengthBytes);
      carried = own;
    }
    UnsafeBuffer sum = new UnsafeBuffer(own);
    other.codec.addResidual(other.encoder, sum);
    if (rest != null) {
      addTo(sum, new UnsafeBuffer(rest));
      carriedFrom = Math.max(carriedFrom, other.carriedFrom);
    }
    carriedFrom = Math.max(carriedFrom, from);
    if (other.codec.equals(codec) && encoder.absorb(sum, 0)) {
      empty = false;
      carried = null;
      BufferUtil.free(own);
    }
  }

  @Override
  public void close() {
    ByteBuffer rest = carried;
    carried = null;
    ByteBuffer last = flushed;
    flushed = null;
    CloseHelper.closeAll(
        encoder,
        () -> BufferUtil.free(memory),
        () -> BufferUtil.free(rest),
        () -> BufferUtil.free(last));
  }
}
