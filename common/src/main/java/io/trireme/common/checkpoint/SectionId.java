package io.trireme.common.checkpoint;

/**
 * What a section holds; unique in a checkpoint.
 *
 * @param kind parameters, state, or anything else
 * @param name the name of an extra section, such as {@code residual}; empty for the other kinds
 * @param index the block group; of an extra section whatever its name counts, such as workers
 * @param part which of several buffers of the same kind and index: 0 for parameters, the position
 *     in the optimizer's list for state
 */
public record SectionId(Kind kind, String name, int index, int part) {

  /** Kinds of sections. */
  public enum Kind {
    /** A group's parameters. */
    PARAMETERS,
    /** One buffer of a group's optimizer state. */
    STATE,
    /** A named section, such as the residuals of a codec. */
    EXTRA
  }

  public SectionId {
    if (index < 0 || part < 0 || name.isEmpty() == (kind == Kind.EXTRA)) {
      throw new IllegalArgumentException(
          "section of kind %s, name \"%s\", index %d, part %d".formatted(kind, name, index, part));
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

  /** A named section. */
  public static SectionId extra(String name, int index, int part) {
    return new SectionId(Kind.EXTRA, name, index, part);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case PARAMETERS -> "parameters of group " + index;
      case STATE -> "optimizer state " + part + " of group " + index;
      case EXTRA -> name + " " + index + (part == 0 ? "" : "." + part);
    };
  }
}
