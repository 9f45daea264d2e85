/**
 * What a worker does with messages. {@link io.trireme.worker.protocol.WorkerIncarnation} goes from
 * generation to generation and from phase to phase of a step; {@code WorkerCore} is one generation
 * of it: {@code ParameterIntake} pulls, {@code GradientOutbox} pushes what {@code GradientEncoders}
 * make of the gradients.
 *
 * <p>No threads, sockets, clock, Spark or randomness here: time and links are handed in, so that a
 * simulator can run it.
 */
@NullMarked
package io.trireme.worker.protocol;

import org.jspecify.annotations.NullMarked;
