package io.trireme.common.slots;

/**
 * Derives independent seeds from the job's seed: a pure function, so that every process derives the
 * same.
 */
public final class Seeds {
  private Seeds() {}

  /** The seed of the order of examples in an epoch. */
  public static long ofEpoch(long jobSeed, int epoch) {
    return mix(mix(jobSeed, 0x6f726465L), epoch);
  }

  /** The seed of what is random (dropout, augmentation) in one slot of one step. */
  public static long ofSlot(long jobSeed, long step, int slot) {
    return mix(mix(mix(jobSeed, 0x736c6f74L), step), slot);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014) over the sum of the two values. */
  public static long mix(long seed, long value) {
    long z = seed + (value + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
