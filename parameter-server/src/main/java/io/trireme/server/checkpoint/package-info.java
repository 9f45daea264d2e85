/** A server's groups as sections of a checkpoint, and back. */
@NullMarked
package io.trireme.server.checkpoint;

import org.jspecify.annotations.NullMarked;
