package io.trireme.common.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * How a layout is cut into blocks. It follows from the layout alone, never from the number of
 * servers or workers, so that nothing that is computed by block depends on them.
 *
 * @param blocks in ascending order, covering the vector
 * @param groups in ascending order, covering the blocks
 */
public record BlockPlan(List<Block> blocks, List<BlockGroup> groups) {

  /** No block is longer than this number of floats (1 MiB). */
  public static final int MAX_BLOCK_LENGTH = 256 * 1024;

  /**
   * A vector of at least this many floats per block is cut into {@link #MIN_BLOCKS} blocks or more.
   */
  public static final int MIN_BLOCK_LENGTH = 1024;

  private static final int MIN_BLOCKS = 8;

  /**
   * Blocks start at a multiple of this many floats (a cache line) inside the range that they cut.
   */
  private static final int ALIGNMENT = 16;

  public BlockPlan {
    blocks = List.copyOf(blocks);
    groups = List.copyOf(groups);
  }

  /** Cuts the layout; layers whose normalisation needs a norm become groups of their own. */
  public static BlockPlan of(Layout layout) {
    TreeSet<Long> cuts = new TreeSet<>();
    TreeSet<Long> groupStarts = new TreeSet<>();
    cuts.add(0L);
    for (LayerSpan layer : layout.layers()) {
      if (layer.normalization().spansLayer()) {
        cuts.add(layer.offset());
        groupStarts.add(layer.offset());
        if (layer.end() < layout.length()) {
          cuts.add(layer.end());
        }
      }
    }
    long target =
        Math.max(MIN_BLOCK_LENGTH, Math.min(MAX_BLOCK_LENGTH, layout.length() / MIN_BLOCKS));
    List<Block> blocks = new ArrayList<>();
    List<BlockGroup> groups = new ArrayList<>();
    for (long start : cuts) {
      Long next = cuts.higher(start);
      long end = next == null ? layout.length() : next;
      cut(start, end, target, groupStarts.contains(start), blocks, groups);
    }
    return new BlockPlan(blocks, groups);
  }

  private static void cut(
      long start,
      long end,
      long target,
      boolean together,
      List<Block> blocks,
      List<BlockGroup> groups) {
    long length = end - start;
    long pieces = Math.max(1, (length + target - 1) / target);
    long piece = (length + pieces - 1) / pieces;
    piece = Math.min(MAX_BLOCK_LENGTH, (piece + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    int firstBlock = blocks.size();
    int group = groups.size();
    for (long at = start; at < end; at += piece) {
      int blockLength = (int) Math.min(piece, end - at);
      int index = blocks.size();
      blocks.add(new Block(index, at, blockLength, together ? group : groups.size()));
      if (!together) {
        groups.add(new BlockGroup(groups.size(), index, 1, at, blockLength));
      }
    }
    if (together) {
      groups.add(new BlockGroup(group, firstBlock, blocks.size() - firstBlock, start, length));
    }
  }

  /** The group's blocks. */
  public List<Block> blocksOf(BlockGroup group) {
    return blocks.subList(group.firstBlock(), group.firstBlock() + group.blocks());
  }
}
