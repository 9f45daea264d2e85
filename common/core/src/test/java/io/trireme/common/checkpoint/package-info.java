/** Tests of checkpoints: nothing valid is lost, whatever fails; nothing damaged is taken. */
@NullMarked
package io.trireme.common.checkpoint;

import org.jspecify.annotations.NullMarked;
