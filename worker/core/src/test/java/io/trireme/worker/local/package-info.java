/** Tests of local steps. */
@NullMarked
package io.trireme.worker.local;

import org.jspecify.annotations.NullMarked;
