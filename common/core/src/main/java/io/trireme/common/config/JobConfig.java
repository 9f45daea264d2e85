package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * One training run, as its job file describes it, validated. Flat, as the job file is: its
 * components are the keys of the configuration that a checkpoint's manifest holds.
 *
 * @param job the job's id: names its run folder
 * @param seed what every random choice of the job derives from
 * @param model what is trained
 * @param engine what computes its gradients
 * @param data what it is trained on
 * @param batch the global step
 * @param epochs passes over the training set
 * @param optimizer how gradients become steps; null for a {@code dl4j} model, whose configuration
 *     holds its own
 * @param sync how workers wait for each other
 * @param compression how gradients travel
 * @param nonFinite what happens when a gradient is no number
 * @param workers how many workers, and what each may use
 * @param servers the parameter servers
 * @param checkpoint when and where checkpoints are written; null for none
 * @param transport how messages travel
 * @param output where the run's results go
 */
public record JobConfig(
    String job,
    long seed,
    ModelConfig model,
    EngineConfig engine,
    DataConfig data,
    BatchConfig batch,
    int epochs,
    @Nullable OptimizerConfig optimizer,
    SyncConfig sync,
    CompressionConfig compression,
    NonFiniteConfig nonFinite,
    WorkersConfig workers,
    ServersConfig servers,
    @Nullable CheckpointConfig checkpoint,
    TransportConfig transport,
    OutputConfig output) {

  /** Name of the folder of prepared data in {@code output.dir}, beside those of runs. */
  public static final String DATA_FOLDER = "data";

  /** The same job with another engine. */
  public JobConfig with(EngineConfig other) {
    return new JobConfig(
        job,
        seed,
        model,
        other,
        data,
        batch,
        epochs,
        optimizer,
        sync,
        compression,
        nonFinite,
        workers,
        servers,
        checkpoint,
        transport,
        output);
  }
}
