package io.trireme.common.message;

/**
 * Which servers hold a block group in a generation.
 *
 * @param primary index of the server that adds contributions up and sends parameters
 * @param backup index of the server that follows it step by step; {@link #NONE} if there is none
 * @param current whether the backup has the primary's state already; if not, the primary sends it
 */
public record GroupHolders(int primary, int backup, boolean current) {

  /** No server. */
  public static final int NONE = -1;
}
