package io.trireme.data.source;

/**
 * What is wrong with a source.
 *
 * @param key the job file's key that it comes from, such as {@code data.train.images}
 * @param problem what is wrong, such as {@code FILE does not exist}
 */
public record SourceProblem(String key, String problem) {}
