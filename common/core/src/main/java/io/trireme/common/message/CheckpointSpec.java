package io.trireme.common.message;

import org.jspecify.annotations.Nullable;

/**
 * What an executor needs to know of a run's checkpoints.
 *
 * @param job the job's id
 * @param attempt who writes, see {@link io.trireme.common.checkpoint.Attempt}
 * @param dir folder of the job's checkpoints, with its scheme; null if none are written
 * @param from folder of the checkpoints with whose step {@link JobSpec#firstStep} the run begins;
 *     null if it begins with initial parameters
 */
public record CheckpointSpec(
    String job, String attempt, @Nullable String dir, @Nullable String from) {}
