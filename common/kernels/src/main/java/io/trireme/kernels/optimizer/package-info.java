/**
 * The server's side of a step, once contributions are added up: division, normalisation, clipping,
 * regularisation and DL4J's own updaters over the floats of one group of blocks, bit for bit as
 * DL4J's {@code fit()} does it. Also the learning-rate schedules that DL4J lacks. Nothing here
 * knows of messages, slots or threads of its own.
 */
@NullMarked
package io.trireme.kernels.optimizer;

import org.jspecify.annotations.NullMarked;
