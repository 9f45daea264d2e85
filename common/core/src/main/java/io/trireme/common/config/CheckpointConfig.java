package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * When and where checkpoints are written.
 *
 * @param everySteps steps between two of them; null where time counts
 * @param everySeconds seconds between two of them; null where steps count
 * @param keep how many of the newest are kept, at least 1
 * @param dir folder of the checkpoints, a path or a URI of any Hadoop file system; null for {@code
 *     checkpoints} under the run folder
 * @param onSigterm whether SIGTERM to the driver writes one before the run ends
 */
public record CheckpointConfig(
    @Nullable Integer everySteps,
    @Nullable Integer everySeconds,
    int keep,
    @Nullable String dir,
    boolean onSigterm) {}
