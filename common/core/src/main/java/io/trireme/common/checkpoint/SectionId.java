package io.trireme.common.checkpoint;

import io.trireme.common.slots.TreeNode;
import java.util.Locale;

/**
 * What a section holds; unique in a checkpoint.
 *
 * @param kind parameters, state, or anything else
 * @param name of a residual the slots of its node, such as {@code 0-2} for the slots 0 and 1; of an
 *     extra section its name; empty for the other kinds
 * @param index the block group; of a residual the block; of an extra section what its name counts
 * @param part which of several buffers of the same kind, name and index: 0 for parameters, else the
 *     position in its owner's list
 */
public record SectionId(Kind kind, String name, int index, int part) {

  /** Kinds of sections. */
  public enum Kind {
    /** A group's parameters. */
    PARAMETERS,
    /** One buffer of a group's optimizer state. */
    STATE,
    /** One buffer of what a server keeps of how a group travels; since format 2. */
    TRAVEL,
    /** One buffer of what the encoder of a block of a node's gradients keeps; since format 2. */
    RESIDUAL,
    /** A named section. */
    EXTRA
  }

  public SectionId {
    boolean named = kind == Kind.EXTRA || kind == Kind.RESIDUAL;
    if (index < 0
        || part < 0
        || name.isEmpty() == named
        || (kind == Kind.RESIDUAL && !name.matches("\\d{1,5}-\\d{1,5}"))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "section of kind %s, name \"%s\", index %d, part %d",
              kind,
              name,
              index,
              part));
    }
  }

  /** A group's parameters. */
  public static SectionId parameters(int group) {
    return new SectionId(Kind.PARAMETERS, "", group, 0);
  }

  /** One buffer of a group's optimizer state. */
  public static SectionId state(int group, int part) {
    return new SectionId(Kind.STATE, "", group, part);
  }

  /** One buffer of what a server keeps of how a group travels. */
  public static SectionId travel(int group, int part) {
    return new SectionId(Kind.TRAVEL, "", group, part);
  }

  /** One buffer of what the encoder of a block of a node's gradients keeps; part 0 is unsent. */
  public static SectionId residual(int block, TreeNode node, int part) {
    return new SectionId(Kind.RESIDUAL, node.lo() + "-" + node.hi(), block, part);
  }

  /** The node of a residual. */
  public TreeNode node() {
    int dash = name.indexOf('-');
    if (kind != Kind.RESIDUAL || dash < 0) {
      throw new IllegalStateException(this + " has no node");
    }
    return new TreeNode(
        Integer.parseInt(name.substring(0, dash)), Integer.parseInt(name.substring(dash + 1)));
  }

  /** A named section. */
  public static SectionId extra(String name, int index, int part) {
    return new SectionId(Kind.EXTRA, name, index, part);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case PARAMETERS -> "parameters of group " + index;
      case STATE -> "optimizer state " + part + " of group " + index;
      case TRAVEL -> "state of travel " + part + " of group " + index;
      case RESIDUAL -> "residual " + part + " of block " + index + " of slots " + name;
      case EXTRA -> name + " " + index + (part == 0 ? "" : "." + part);
    };
  }
}
