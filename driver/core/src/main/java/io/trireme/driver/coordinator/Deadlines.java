package io.trireme.driver.coordinator;

/**
 * How long a run waits for its members, in nanoseconds.
 *
 * @param leaseNs how long an executor may be silent
 * @param stallNs how long all may wait for each other before sessions are made anew
 * @param stepNs how long others wait for a worker that computes
 * @param joinNs how long a run may be without any worker
 */
public record Deadlines(long leaseNs, long stallNs, long stepNs, long joinNs) {}
