/**
 * The engine: each layer's kernels in order, recorded once a batch size as a graph. Package-private
 * stages know their layer; nothing here calls the driver except through its owners.
 */
@NullMarked
package io.trireme.cuda.engine;

import org.jspecify.annotations.NullMarked;
