package io.trireme.common.config;

/**
 * The value of every key that a job file may leave out; {@code conf/reference.yaml} shows the same,
 * and a test keeps the two equal. The keys of {@code optimizer} have DL4J's own defaults: see
 * {@link OptimizerTables}.
 */
public final class Defaults {
  private Defaults() {}

  /** {@code seed}. */
  public static final long SEED = 42;

  /** {@code epochs}. */
  public static final int EPOCHS = 1;

  /** {@code sync.mode}. */
  public static final String SYNC_MODE = "bsp";

  /** {@code workers.min} and {@code workers.max}; where one is given, the other equals it. */
  public static final int WORKERS = 1;

  /** {@code workers.threads}. */
  public static final int THREADS = 1;

  /** {@code servers}. */
  public static final int SERVERS = 1;

  /** {@code transport.termLength} in bytes. */
  public static final int TERM_LENGTH_BYTES = 2 << 20;

  /** {@code transport.mtu} in bytes: what passes an Ethernet without fragments. */
  public static final int MTU_LENGTH_BYTES = 1408;

  /** {@code transport.timeoutSeconds}. */
  public static final int TIMEOUT_SECONDS = 30;

  /** {@code output.dir}. */
  public static final String OUTPUT_DIR = "runs";

  /** {@code optimizer.normalizationThreshold}, as in DL4J. */
  public static final double NORMALIZATION_THRESHOLD = 1.0;
}
