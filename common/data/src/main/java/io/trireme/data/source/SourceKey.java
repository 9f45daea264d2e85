package io.trireme.data.source;

/**
 * A key of a source in a job file.
 *
 * @param name below {@code data.train} and {@code data.test}
 * @param kind what its value may be
 * @param required whether it must be there
 */
public record SourceKey(String name, Kind kind, boolean required) {

  /** What a value may be, and as what a {@link SourceRequest} has it. */
  public enum Kind {
    /** A path or URI, a string. */
    PATH,
    /** A whole number from 1, an Integer. */
    COUNT,
    /** Any text, a string. */
    TEXT,
    /** Yes or no, a Boolean. */
    FLAG
  }
}
