/** The command line: options in, exit codes and messages out. The only place that ends the JVM. */
@NullMarked
package io.trireme.driver.cli;

import org.jspecify.annotations.NullMarked;
