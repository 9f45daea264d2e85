package io.trireme.worker.engine;

import io.trireme.common.failure.Recurring;
import java.util.List;

/** Thrown when a job's model or optimizer cannot be used; holds every problem that was found. */
public final class BadModelException extends RuntimeException implements Recurring {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /** Problems, one line of text each. */
  public BadModelException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** One problem and what made it known. */
  public BadModelException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /** The problems, in the order in which they were found. */
  public List<String> problems() {
    return problems;
  }

  /** The same problems, each said of {@code subject}. */
  public BadModelException of(String subject) {
    BadModelException said =
        new BadModelException(problems.stream().map(problem -> subject + ": " + problem).toList());
    said.initCause(this);
    return said;
  }
}
