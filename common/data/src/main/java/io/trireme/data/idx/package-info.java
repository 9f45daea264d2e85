/** The IDX files of MNIST and its kin: headers and contents. */
@NullMarked
package io.trireme.data.idx;

import org.jspecify.annotations.NullMarked;
