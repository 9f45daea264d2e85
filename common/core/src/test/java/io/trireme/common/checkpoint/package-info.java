/** Tests of checkpoints: nothing valid is lost by any failure; nothing damaged is taken. */
@NullMarked
package io.trireme.common.checkpoint;

import org.jspecify.annotations.NullMarked;
