/**
 * What models and engines are to Trireme: the interfaces between who trains or evaluates and what
 * computes, and how implementations are found. No engine and no kind of model lives here, and no
 * type of a library for networks.
 */
@NullMarked
package io.trireme.worker.engine;

import org.jspecify.annotations.NullMarked;
