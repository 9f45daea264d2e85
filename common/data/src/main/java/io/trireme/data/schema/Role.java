package io.trireme.data.schema;

/** What a tensor of an example is for. */
public enum Role {
  /** An input of the model. */
  FEATURE,
  /** What an output of the model should be. */
  LABEL,
  /**
   * Which time steps of another tensor count: 1 counts, 0 does not. Its name is that of the other
   * and {@code _mask}.
   */
  MASK,
  /** How much the example counts in loss and evaluation: one number. */
  WEIGHT
}
