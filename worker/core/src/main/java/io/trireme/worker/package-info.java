/** The worker: the loop that computes gradients and exchanges them for parameters. */
@NullMarked
package io.trireme.worker;

import org.jspecify.annotations.NullMarked;
