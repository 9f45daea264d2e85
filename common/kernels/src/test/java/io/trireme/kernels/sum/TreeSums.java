package io.trireme.kernels.sum;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The sum along the reduction tree as it is defined: by recursion, one float at a time. */
public final class TreeSums {
  private TreeSums() {}

  /** The sum of the node's slots. */
  public static float[] of(float[][] slots, TreeNode node) {
    if (node.slots() == 1) {
      return slots[node.lo()].clone();
    }
    int middle = ReductionTree.split(node.lo(), node.hi());
    float[] left = of(slots, new TreeNode(node.lo(), middle));
    float[] right = of(slots, new TreeNode(middle, node.hi()));
    for (int i = 0; i < left.length; i++) {
      left[i] = left[i] + right[i];
    }
    return left;
  }

  /** Slots of which each says by the first float whether it was counted once: 1, 2, 4 ... */
  public static float[][] randomSlots(Random random, int slots, int length) {
    float[][] values = new float[slots][length];
    for (int slot = 0; slot < slots; slot++) {
      for (int i = 0; i < length; i++) {
        values[slot][i] = (random.nextFloat() - 0.5f) * (1 << random.nextInt(20));
      }
      values[slot][0] = 1 << slot % 24;
    }
    return values;
  }

  /** Nodes that cover the tree exactly, as random workers might own them. */
  public static List<TreeNode> randomCover(Random random, TreeNode node, double split) {
    if (node.slots() == 1 || random.nextDouble() >= split) {
      return List.of(node);
    }
    int middle = ReductionTree.split(node.lo(), node.hi());
    List<TreeNode> cover =
        new ArrayList<>(randomCover(random, new TreeNode(node.lo(), middle), split));
    cover.addAll(randomCover(random, new TreeNode(middle, node.hi()), split));
    return cover;
  }

  /** An off-heap copy. */
  public static UnsafeBuffer offHeap(float[] values) {
    UnsafeBuffer buffer = offHeap(values.length * Float.BYTES);
    for (int i = 0; i < values.length; i++) {
      buffer.putFloat(i * Float.BYTES, values[i]);
    }
    return buffer;
  }

  /** Off-heap zeros. */
  public static UnsafeBuffer offHeap(int bytes) {
    return new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 64));
  }

  /** The floats in native order from a byte. */
  public static float[] floats(DirectBuffer buffer, int offset, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = buffer.getFloat(offset + i * Float.BYTES);
    }
    return values;
  }

  /** The bits of each float, every NaN alike. */
  public static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}
