/** Tests of how models and engines are found. */
@NullMarked
package io.trireme.worker.engine;

import org.jspecify.annotations.NullMarked;
