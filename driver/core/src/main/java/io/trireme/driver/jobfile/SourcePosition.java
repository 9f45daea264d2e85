package io.trireme.driver.jobfile;

/**
 * Where a key was given.
 *
 * @param source the file's name, or {@code --set KEY}
 * @param line line from 1 in the file; from {@link #OVERRIDES} on for an override
 */
record SourcePosition(String source, int line) {

  /** Where overrides are sorted in: after all the lines of a file. */
  private static final int OVERRIDES = 1 << 30;

  static SourcePosition ofOverride(String key, int index) {
    return new SourcePosition("--set " + key, OVERRIDES + index);
  }

  /** The head of a message about a key. */
  String about(String path) {
    if (line >= OVERRIDES) {
      return source.equals("--set " + path) ? source + ": " : source + ": key " + path + ": ";
    }
    return path.isEmpty()
        ? source + ":" + line + ": "
        : source + ":" + line + ": key " + path + ": ";
  }
}
