/**
 * Data preparation as a Spark job over any {@link io.trireme.data.source.ExampleSource}: its parts
 * in, shards and their description out. Formats of data live with their sources, not here.
 */
@NullMarked
package io.trireme.driver.prepare;

import org.jspecify.annotations.NullMarked;
