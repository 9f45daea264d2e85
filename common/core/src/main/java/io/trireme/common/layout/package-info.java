/**
 * The flat parameter vector: its segments and layers, and how it is cut into blocks and groups.
 * Pure data, no ND4J.
 */
@NullMarked
package io.trireme.common.layout;

import org.jspecify.annotations.NullMarked;
