package io.trireme.common.checkpoint;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Names of attempts to write checkpoints: the fencing token of the lease under which they are made
 * and a random number, so that no two attempts, not even of drivers that believe to hold one lease,
 * write files of one name.
 */
public final class Attempt {
  private Attempt() {}

  /** A new attempt's name, such as {@code t000003-9f2c41aa}. */
  public static String name(long token, RandomGenerator random) {
    return String.format(Locale.ROOT, "t%06d-%08x", token, random.nextInt());
  }
}
