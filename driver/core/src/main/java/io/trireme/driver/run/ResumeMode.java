package io.trireme.driver.run;

/**
 * What {@code --resume} asks for.
 *
 * @param kind which of the three
 * @param path the checkpoint's place; empty but for {@link Kind#PATH}
 */
public record ResumeMode(Kind kind, String path) {

  /** Kinds of resuming. */
  public enum Kind {
    /** From the job's own newest valid checkpoint, if there is one. */
    AUTO,
    /** Never. */
    NEVER,
    /** From a checkpoint at a path. */
    PATH
  }

  /** {@code auto}, {@code never}, or else a path. */
  public static ResumeMode of(String text) {
    return switch (text) {
      case "auto" -> new ResumeMode(Kind.AUTO, "");
      case "never" -> new ResumeMode(Kind.NEVER, "");
      default -> new ResumeMode(Kind.PATH, text);
    };
  }
}
