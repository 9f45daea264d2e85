/**
 * The bytes of a message: the SBE schema's frames and their authentication. Nothing here knows
 * sockets.
 */
@NullMarked
package io.trireme.common.wire;

import org.jspecify.annotations.NullMarked;
