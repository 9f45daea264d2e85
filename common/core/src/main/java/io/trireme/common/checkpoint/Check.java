package io.trireme.common.checkpoint;

/** How closely a step is looked at. */
public enum Check {
  /** The manifest is whole, and all files that it lists are there with their lengths. */
  MANIFEST,
  /** Also, every byte of every file is as it was written. */
  EVERY_BYTE
}
