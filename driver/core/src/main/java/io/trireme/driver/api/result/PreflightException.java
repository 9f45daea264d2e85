package io.trireme.driver.api.result;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown before the first step when a run could not work; holds everything that was found. */
public final class PreflightException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  /** All that is in the way; at least one finding. */
  public PreflightException(List<Finding> findings) {
    super(
        findings.stream()
            .map(Finding::toString)
            .collect(Collectors.joining(System.lineSeparator())));
    this.findings = List.copyOf(findings);
  }

  /** The findings, in the order in which they were made. */
  public List<Finding> findings() {
    return findings;
  }
}
