/**
 * Data preparation as a Spark job: sources in (IDX files, or digits drawn by a seeded generator),
 * shards and their description out.
 */
@NullMarked
package io.trireme.driver.prepare;

import org.jspecify.annotations.NullMarked;
