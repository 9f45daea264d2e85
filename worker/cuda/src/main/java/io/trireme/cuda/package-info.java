/**
 * Gradients on an NVIDIA GPU, without ND4J: a card ({@code CudaDevice}), a network's description
 * ({@code ChainSpec}), the engine that computes its gradient. Nothing here depends on another
 * module of Trireme.
 */
@NullMarked
package io.trireme.cuda;

import org.jspecify.annotations.NullMarked;
