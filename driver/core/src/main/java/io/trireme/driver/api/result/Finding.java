package io.trireme.driver.api.result;

/**
 * Something that preflight found to be in the way of a run.
 *
 * @param what what was looked at, such as {@code task slots}
 * @param seen what was seen there, and what is needed
 * @param fix what to do about it
 */
public record Finding(String what, String seen, String fix) {

  /** One line for a person. */
  @Override
  public String toString() {
    return what + ": " + seen + "; " + fix;
  }
}
