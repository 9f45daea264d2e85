package io.trireme.server.protocol;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.server.kernel.SumProgram;
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
  private final List<ByteBuffer> owned = new ArrayList<>();
  private final List<Contribution> free = new ArrayList<>();
  private final Map<List<TreeNode>, SumProgram> programs = new HashMap<>();

  /** A pool of buffers of the longest block's length. */
  ContributionPool(int lengthBytes) {
    this.lengthBytes = lengthBytes;
  }

  Contribution acquire(Peer from, int lo, int hi) {
    Contribution contribution = free.isEmpty() ? allocate() : free.remove(free.size() - 1);
    contribution.from = from;
    contribution.lo = lo;
    contribution.hi = hi;
    contribution.receivedBytes = 0;
    return contribution;
  }

  private Contribution allocate() {
    ByteBuffer memory = ByteBuffer.allocateDirect(lengthBytes);
    owned.add(memory);
    return new Contribution(new UnsafeBuffer(memory));
  }

  void release(Contribution contribution) {
    contribution.from = null;
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
    return (long) owned.size() * lengthBytes;
  }

  @Override
  public void close() {
    free.clear();
    owned.forEach(BufferUtil::free);
    owned.clear();
  }
}
