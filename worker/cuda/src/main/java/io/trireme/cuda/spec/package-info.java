/**
 * What a network computes: layers, their shapes, and where their parameters lie in the flat vector.
 * Immutable and validated; nothing here knows of a card.
 */
@NullMarked
package io.trireme.cuda.spec;

import org.jspecify.annotations.NullMarked;
