/**
 * The whole protocol in one thread under a seeded scheduler and virtual time: the real coordinator,
 * servers and workers over simulated links, with crashes, freezes, partitions, broken sessions and
 * replays. Nothing here knows threads, sockets or the time of day.
 */
@NullMarked
package io.trireme.driver.sim;

import org.jspecify.annotations.NullMarked;
