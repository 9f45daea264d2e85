package io.trireme.driver.cli;

import java.io.PrintStream;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What surrounds a command.
 *
 * @param out where results go
 * @param err where progress and errors go
 * @param terminal whether err is watched by a person
 * @param env the environment that job files refer to
 * @param nanoTime the clock
 */
record Console(
    PrintStream out,
    PrintStream err,
    boolean terminal,
    Map<String, String> env,
    LongSupplier nanoTime) {

  /** The console of this process. */
  static Console ofProcess() {
    return new Console(
        System.out, System.err, System.console() != null, System.getenv(), System::nanoTime);
  }
}
