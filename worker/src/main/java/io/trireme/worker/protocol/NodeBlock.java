package io.trireme.worker.protocol;

import io.trireme.common.codec.BlockEncoder;
import io.trireme.common.compress.CompressionPlan;
import io.trireme.common.layout.Block;
import io.trireme.common.slots.TreeNode;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The encoder of one block of one node's gradients, with the bytes of the step that it encoded
 * last. A step that is sent again after a change of membership has the same gradient and is sent as
 * the same bytes, so that the residual counts every step once.
 */
final class NodeBlock implements AutoCloseable {

  private static final long NONE = -1;

  private final BlockEncoder encoder;
  private final Residual residual;
  private final long seed;
  private final int offsetBytes;
  private final ByteBuffer memory;
  private final UnsafeBuffer bytes;
  private long step = NONE;
  private int length;

  NodeBlock(CompressionPlan compression, Block block, TreeNode node) {
    encoder = compression.way(block.index()).encoder();
    residual = new Residual(block.index(), node, encoder.state());
    seed = compression.waySeed(block.index(), node);
    offsetBytes = Math.toIntExact(block.offset() * Float.BYTES);
    memory = ByteBuffer.allocateDirect(encoder.maxEncodedBytes());
    bytes = new UnsafeBuffer(memory);
  }

  /** Encodes a step's gradient, a whole vector, unless it has done so; returns how many bytes. */
  int encode(long newStep, float scale, DirectBuffer gradient) {
    if (step != newStep) {
      encoder.sharedScale(scale);
      int result = encoder.encode(newStep, seed, gradient, offsetBytes, bytes, 0);
      if (result < 0) {
        throw new IllegalStateException("the gradient of step " + newStep + " is no number");
      }
      step = newStep;
      length = result;
    }
    return length;
  }

  /** Whether this step, or a later one, was encoded. */
  boolean hasEncoded(long asked) {
    return step >= asked;
  }

  /** What it remembers, in place. */
  Residual residual() {
    return residual;
  }

  DirectBuffer bytes() {
    return bytes;
  }

  BlockEncoder encoder() {
    return encoder;
  }

  /** Takes over what another encoder of the same block has not sent. */
  void absorb(NodeBlock other) {
    boolean unused = other.encoder.handTo(encoder);
  }

  @Override
  public void close() {
    CloseHelper.closeAll(encoder, () -> BufferUtil.free(memory));
  }
}
