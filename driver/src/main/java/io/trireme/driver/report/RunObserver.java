package io.trireme.driver.report;

import java.util.List;

/** Is told how a run goes, by one thread. A slow observer slows the coordinator, so be quick. */
public interface RunObserver {

  /** The parts of a run, in their order. */
  enum Phase {
    PREPARING("preparing data"),
    STARTING("starting workers and servers"),
    TRAINING("training"),
    EVALUATING("evaluating"),
    SAVING("saving the model");

    private final String title;

    Phase(String title) {
      this.title = title;
    }

    /** What a person reads. */
    public String title() {
      return title;
    }
  }

  /** A phase begins; the one before has ended. */
  void phase(Phase phase);

  /** An interval of training has ended. */
  void progress(Progress progress);

  /** Something that does not end the run, but that a person should know; one line. */
  void warning(String message);

  /** One observer that tells several, in this order; a failing one keeps the later ones deaf. */
  static RunObserver all(List<RunObserver> observers) {
    List<RunObserver> all = List.copyOf(observers);
    return new RunObserver() {
      @Override
      public void phase(Phase phase) {
        all.forEach(observer -> observer.phase(phase));
      }

      @Override
      public void progress(Progress progress) {
        all.forEach(observer -> observer.progress(progress));
      }

      @Override
      public void warning(String message) {
        all.forEach(observer -> observer.warning(message));
      }
    };
  }
}
