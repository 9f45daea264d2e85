package io.trireme.worker.engine;

/**
 * Something of a process that an engine depends on.
 *
 * @param what what was looked at
 * @param seen what was seen
 * @param fix what to do
 * @param fatal whether the engine cannot work so, rather than only slowly
 */
public record EngineFinding(String what, String seen, String fix, boolean fatal) {}
