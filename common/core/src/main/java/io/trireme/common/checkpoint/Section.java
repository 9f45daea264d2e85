package io.trireme.common.checkpoint;

import io.trireme.common.slots.TreeNode;
import org.agrona.DirectBuffer;

/**
 * Bytes to be written into a shard file.
 *
 * @param id what they are
 * @param step the step that they belong to: that of the group, which may differ between groups
 *     where training is asynchronous
 * @param bytes the bytes, all of the buffer; floats in little-endian order
 */
public record Section(SectionId id, long step, DirectBuffer bytes) {

  /** A group's parameters. */
  public static Section parameters(int group, long step, DirectBuffer floats) {
    return new Section(SectionId.parameters(group), step, floats);
  }

  /** One buffer of a group's optimizer state. */
  public static Section state(int group, int part, long step, DirectBuffer floats) {
    return new Section(SectionId.state(group, part), step, floats);
  }

  /** One buffer of what a server keeps of how a group travels. */
  public static Section travel(int group, int part, long step, DirectBuffer bytes) {
    return new Section(SectionId.travel(group, part), step, bytes);
  }

  /** One buffer of what the encoder of a block of a node's gradients keeps. */
  public static Section residual(
      int block, TreeNode node, int part, long step, DirectBuffer bytes) {
    return new Section(SectionId.residual(block, node, part), step, bytes);
  }

  /** A named section. */
  public static Section extra(String name, int index, long step, DirectBuffer bytes) {
    return new Section(SectionId.extra(name, index, 0), step, bytes);
  }
}
