/**
 * DL4J's models on NVIDIA GPUs: how a network becomes a {@code ChainSpec}, and the engine over the
 * card's pinned buffers. No kernel and no call of the driver belongs here.
 */
@NullMarked
package io.trireme.worker.dl4j.cuda;

import org.jspecify.annotations.NullMarked;
