package io.trireme.common.config;

/**
 * Where results go.
 *
 * @param dir folder under which the run folder, named after the job, is made; a path or a URI of
 *     any Hadoop file system
 */
public record OutputConfig(String dir) {}
