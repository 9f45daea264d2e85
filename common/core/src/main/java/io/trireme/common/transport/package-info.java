/** Ordered, reliable, one-way sessions between two processes: the interface, and its Aeron form. */
@NullMarked
package io.trireme.common.transport;

import org.jspecify.annotations.NullMarked;
