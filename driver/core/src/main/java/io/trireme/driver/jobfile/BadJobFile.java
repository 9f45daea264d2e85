package io.trireme.driver.jobfile;

import java.util.List;

/**
 * Thrown when a job file cannot be used; holds every problem that was found, each with its line and
 * a way out.
 */
public final class BadJobFile extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /** Problems, one line of text each, in the order of the file. */
  public BadJobFile(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** As the other, where something else failed first. */
  BadJobFile(List<String> problems, Throwable cause) {
    super(String.join(System.lineSeparator(), problems), cause);
    this.problems = List.copyOf(problems);
  }

  /** The problems, in the order of the file. */
  public List<String> problems() {
    return problems;
  }
}
