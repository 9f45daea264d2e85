package io.trireme.driver.cli;

import io.trireme.driver.run.StopSwitch;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * SIGTERM as a request: the run writes a checkpoint, then ends the process itself. A second
 * SIGTERM, or one at a time when the run cannot do that, ends the process at once.
 */
final class Preemption implements AutoCloseable {
  private static final Signal TERM = new Signal("TERM");

  private final SignalHandler before;

  private Preemption(SignalHandler before) {
    this.before = before;
  }

  /** From now on SIGTERM goes to the switch. */
  static Preemption install(StopSwitch stop) {
    return new Preemption(
        Signal.handle(
            TERM,
            signal -> {
              if (!stop.request()) {
                System.exit(ExitCode.STOPPED.number());
              }
            }));
  }

  /** SIGTERM does what it did before. */
  @Override
  public void close() {
    SignalHandler unused = Signal.handle(TERM, before);
  }
}
