/** A worker's residuals as sections of a checkpoint, and back. Holds no rule of the protocol. */
@NullMarked
package io.trireme.worker.checkpoint;

import org.jspecify.annotations.NullMarked;
