/**
 * Sessions over Aeron: shared memory inside a media driver, UDP between them. Holds no rule of the
 * protocol.
 */
@NullMarked
package io.trireme.common.transport.aeron;

import org.jspecify.annotations.NullMarked;
