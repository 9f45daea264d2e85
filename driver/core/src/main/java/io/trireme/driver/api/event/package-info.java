/**
 * What training tells while it goes on: its phases, progress, losses and checkpoints. Plain values;
 * nothing here knows Spark or the protocol.
 */
@NullMarked
package io.trireme.driver.api.event;

import org.jspecify.annotations.NullMarked;
