/**
 * The coordinator's rules: who is a member, who computes and holds what, when a run is over. No
 * threads, sockets, clock, Spark or randomness here.
 */
@NullMarked
package io.trireme.driver.coordinator;

import org.jspecify.annotations.NullMarked;
