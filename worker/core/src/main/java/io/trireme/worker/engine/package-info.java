/**
 * What a model is to Trireme: the interfaces between the worker's loop and whatever computes
 * gradients. No engine lives here.
 */
@NullMarked
package io.trireme.worker.engine;

import org.jspecify.annotations.NullMarked;
