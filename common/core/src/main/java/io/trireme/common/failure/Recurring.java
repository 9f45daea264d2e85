package io.trireme.common.failure;

/**
 * An exception of what would fail again anywhere, whatever it came from, such as bad data: it ends
 * a run, where others of its kind are the loss of a life.
 */
public interface Recurring {}
