/** Memory of floats off the heap, and the number of native threads that compute on it. */
@NullMarked
package io.trireme.kernels.memory;

import org.jspecify.annotations.NullMarked;
