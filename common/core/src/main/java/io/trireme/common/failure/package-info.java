/** What exceptions of all modules say of themselves. */
@NullMarked
package io.trireme.common.failure;

import org.jspecify.annotations.NullMarked;
