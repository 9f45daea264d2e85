/**
 * What the writers and readers of shards agree on: the description of a data set and the order of
 * its examples.
 */
@NullMarked
package io.trireme.data;

import org.jspecify.annotations.NullMarked;
