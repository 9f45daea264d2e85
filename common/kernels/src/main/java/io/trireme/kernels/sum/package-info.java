/** Pure functions over memory: no allocation, no rule, no thread of their own. */
@NullMarked
package io.trireme.kernels.sum;

import org.jspecify.annotations.NullMarked;
