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

  /** {@code engine}. */
  public static final String ENGINE = "cpu";

  /** {@code math}. */
  public static final String MATH = "exact";

  /** {@code epochs}. */
  public static final int EPOCHS = 1;

  /** {@code sync.mode}. */
  public static final SyncMode SYNC_MODE = SyncMode.BSP;

  /** {@code sync.staleness}. */
  public static final int STALENESS = 3;

  /** {@code sync.localSteps}. */
  public static final int LOCAL_STEPS = 8;

  /** {@code sync.outer.sgd.learningRate}: the new parameters are the mean of the workers' own. */
  public static final double OUTER_LEARNING_RATE = 1.0;

  /** {@code sync.outer.nesterovs.learningRate}, as in the paper on DiLoCo. */
  public static final double OUTER_NESTEROVS_LEARNING_RATE = 0.7;

  /** {@code sync.outer.nesterovs.momentum}, as in the paper on DiLoCo. */
  public static final double OUTER_MOMENTUM = 0.9;

  /** {@code sync.updates}. */
  public static final String UPDATES = "mean";

  /** {@code sync.stepTimeoutSeconds}. */
  public static final int STEP_TIMEOUT_SECONDS = 600;

  /** {@code workers.min} and {@code workers.max}; where one is given, the other equals it. */
  public static final int WORKERS = 1;

  /** {@code workers.threads}. */
  public static final int THREADS = 1;

  /** {@code servers} and {@code servers.count}. */
  public static final int SERVERS = 1;

  /** {@code servers.replicas}. */
  public static final int REPLICAS = 0;

  /** {@code compression.warmupSteps}. */
  public static final int COMPRESSION_WARMUP_STEPS = 0;

  /** {@code onNonFinite}. */
  public static final String ON_NON_FINITE = "fail";

  /** {@code maxSkippedSteps}. */
  public static final int MAX_SKIPPED_STEPS = 5;

  /** {@code checkpoint.keep}. */
  public static final int CHECKPOINTS_KEPT = 2;

  /** {@code checkpoint.onSigterm}. */
  public static final boolean CHECKPOINT_ON_SIGTERM = true;

  /** {@code transport.mtu} in bytes: what passes an Ethernet without fragments. */
  public static final int MTU_LENGTH_BYTES = 1408;

  /** {@code transport.encrypt}, of which there is no other value. */
  public static final boolean ENCRYPT = true;

  /** {@code transport.timeoutSeconds}. */
  public static final int TIMEOUT_SECONDS = 30;

  /** {@code output.dir}. */
  public static final String OUTPUT_DIR = "runs";

  /** {@code optimizer.normalizationThreshold}, as in DL4J. */
  public static final double NORMALIZATION_THRESHOLD = 1.0;
}
