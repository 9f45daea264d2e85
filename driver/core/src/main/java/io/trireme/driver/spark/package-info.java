/**
 * The foothold on Spark: the plugin whose executor half owns media drivers, servers and the talk
 * with the coordinator, and the tasks that are workers. Thin: no rule of the protocol lives here.
 */
@NullMarked
package io.trireme.driver.spark;

import org.jspecify.annotations.NullMarked;
