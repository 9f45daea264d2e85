package io.trireme.common.config;

/**
 * What happens when a gradient holds NaN or an infinity.
 *
 * @param skip whether the step counts for no worker; else the run fails
 * @param maxSkippedSteps how many steps in a row may be skipped before the run fails
 */
public record NonFiniteConfig(boolean skip, int maxSkippedSteps) {

  /** The first one fails the run. */
  public static final NonFiniteConfig FAIL = new NonFiniteConfig(false, 0);
}
