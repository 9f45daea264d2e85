package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.kernels.sum.SumProgram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Off-heap room for contributions, used again and again: after the first steps nothing is
 * allocated.
 */
final class ContributionPool implements AutoCloseable {

  private final int lengthBytes;
  private int encodedBytes;
  private final List<ByteBuffer> owned = new ArrayList<>();
  private final List<Contribution> free = new ArrayList<>();
  private final List<UnsafeBuffer> freeEncoded = new ArrayList<>();
  private final Map<List<TreeNode>, SumProgram> programs = new HashMap<>();

  /** A pool of buffers of the longest block's length and of its longest encoding's. */
  ContributionPool(int lengthBytes, int encodedBytes) {
    this.lengthBytes = lengthBytes;
    this.encodedBytes = encodedBytes;
  }

  /** A pool for all blocks of a job. */
  static ContributionPool of(ServerOptions options) {
    List<Block> blocks = options.plan().blocks();
    return new ContributionPool(
        blocks.stream().mapToInt(Block::lengthBytes).max().orElseThrow(),
        blocks.stream()
            .mapToInt(block -> options.compression().maxGradientBytes(block.index()))
            .max()
            .orElseThrow());
  }

  /** Encodings may be this long from now on. */
  void enter(int longestEncoding) {
    if (longestEncoding > encodedBytes) {
      encodedBytes = longestEncoding;
      freeEncoded.forEach(this::disown);
      freeEncoded.clear();
    }
  }

  private void disown(UnsafeBuffer room) {
    ByteBuffer memory = room.byteBuffer();
    owned.removeIf(one -> one == memory);
    BufferUtil.free(memory);
  }

  /** Room for the contribution to which a message belongs; nothing has arrived of it yet. */
  Contribution acquire(Peer from, ContributionDecoder message) {
    Contribution contribution =
        free.isEmpty()
            ? new Contribution(new UnsafeBuffer(own(lengthBytes)), from)
            : free.remove(free.size() - 1);
    contribution.begin(from, message);
    if (contribution.isEncoded()) {
      contribution.receiveInto(
          freeEncoded.isEmpty()
              ? new UnsafeBuffer(own(encodedBytes))
              : freeEncoded.remove(freeEncoded.size() - 1));
    }
    return contribution;
  }

  private ByteBuffer own(int bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
    owned.add(memory);
    return memory;
  }

  /** Takes back the room for an encoding, which is not needed any more. */
  void releaseEncoded(Contribution contribution) {
    if (!contribution.hasEncodingRoom()) {
      return;
    }
    UnsafeBuffer room = contribution.detachEncodingRoom();
    if (room.capacity() < encodedBytes) {
      disown(room);
    } else {
      freeEncoded.add(room);
    }
  }

  /** Takes back a contribution that is not needed any more. */
  void release(Contribution contribution) {
    releaseEncoded(contribution);
    free.add(contribution);
  }

  /**
   * The program over these nodes; the same object for all ledgers that ask, so that it is compiled
   * once.
   */
  SumProgram program(ReductionTree tree, List<TreeNode> nodes) {
    return programs.computeIfAbsent(nodes, made -> SumProgram.over(tree, made));
  }

  /** Bytes held, in use or not. */
  long allocatedBytes() {
    return owned.stream().mapToLong(ByteBuffer::capacity).sum();
  }

  @Override
  public void close() {
    free.clear();
    freeEncoded.clear();
    owned.forEach(BufferUtil::free);
    owned.clear();
  }
}
