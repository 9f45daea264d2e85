/**
 * Checks a card: known networks, computed and compared with what a CPU computed, and timed. It runs
 * from the module's jar and JNA alone.
 */
@NullMarked
package io.trireme.cuda.check;

import org.jspecify.annotations.NullMarked;
