package io.trireme.driver.cli;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;

/**
 * A command that a signal ends, SIGTERM or Ctrl-C: tells it in one line, and keeps what breaks on
 * the way down, as Spark stops under the run, off the console. The log file still gets it.
 *
 * <p>It is a shutdown hook's work, beside Spark's own, so the process ends as the signal has it.
 */
final class Interruption implements Runnable {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private enum State {
    WORKING,
    DONE,
    INTERRUPTED
  }

  private final Console console;
  private final AtomicReference<State> state = new AtomicReference<>(State.WORKING);

  /** The interruption of a command that has just begun. */
  Interruption(Console console) {
    this.console = console;
  }

  /** The command has ended by itself: what comes now is no interruption. */
  void done() {
    state.compareAndSet(State.WORKING, State.DONE);
  }

  /** Whether a signal has ended the command, so that its failures are no news. */
  boolean happened() {
    return state.get() == State.INTERRUPTED;
  }

  /** The process ends. */
  @Override
  public void run() {
    if (state.compareAndSet(State.WORKING, State.INTERRUPTED)) {
      silenceConsole();
      console
          .err()
          .println(
              (console.terminal() ? CLEAR_LINE : "")
                  + "trireme: stopped by a signal before the work was done; the same command starts"
                  + " it again");
    }
  }

  private static void silenceConsole() {
    if (LogManager.getContext(false) instanceof LoggerContext context) {
      for (LoggerConfig logger : context.getConfiguration().getLoggers().values()) {
        for (Appender appender : new ArrayList<>(logger.getAppenders().values())) {
          if (appender instanceof ConsoleAppender) {
            logger.removeAppender(appender.getName());
          }
        }
      }
    }
  }
}
