/**
 * Trireme inside a Spark application: the plugin, its driver's half with the control endpoint, and
 * its late start. Thin: no rule of the protocol lives here.
 */
@NullMarked
package io.trireme.driver.spark;

import org.jspecify.annotations.NullMarked;
