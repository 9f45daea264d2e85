package io.trireme.common.checkpoint;

/** What a step's folder is found to be. */
public enum StepState {
  /** It has a manifest that is whole, and what the manifest promises is there. */
  VALID("valid"),
  /** It has no manifest: no checkpoint, but what an attempt left or is writing now. */
  UNCOMMITTED("uncommitted"),
  /** Its manifest, or a file that the manifest lists, is truncated, changed or missing. */
  DAMAGED("damaged"),
  /** The file system fails to show it; it may be whole. */
  UNREADABLE("unreadable"),
  /** A newer Trireme wrote it. */
  NEWER_FORMAT("newer format"),
  /** It belongs to another job. */
  FOREIGN_JOB("another job's");

  private final String words;

  StepState(String words) {
    this.words = words;
  }

  /** The state in words, for a table. */
  public String words() {
    return words;
  }
}
