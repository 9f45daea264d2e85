/** The format {@code digits}: images of digits drawn by a seeded generator, without files. */
@NullMarked
package io.trireme.data.digits;

import org.jspecify.annotations.NullMarked;
