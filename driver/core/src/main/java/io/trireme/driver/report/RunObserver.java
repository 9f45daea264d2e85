package io.trireme.driver.report;

import io.trireme.driver.coordinator.CodecDecision;
import io.trireme.driver.coordinator.Recovery;
import java.util.List;

/** Is told how a run goes, by one thread. A slow observer slows the coordinator, so be quick. */
public interface RunObserver {

  /** The parts of a run, in their order. */
  enum Phase {
    PREPARING("preparing data"),
    STARTING("starting workers and servers"),
    TRAINING("training"),
    SAVING("saving the model"),
    EVALUATING("evaluating");

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

  /**
   * The run begins, or begins again, with the state of a checkpoint; what it told of later steps is
   * void. Told before {@link Phase#TRAINING}.
   *
   * @param step the next step to compute, which is the number of steps done
   */
  default void resumed(long step) {}

  /**
   * A checkpoint was committed.
   *
   * @param step the number of steps done
   * @param lengthBytes bytes of all its shards
   * @param seconds time from the last shard's arrival to the commit's end
   */
  default void checkpoint(long step, long lengthBytes, double seconds) {}

  /** Something that does not end the run, but that a person should know; one line. */
  void warning(String message);

  /** A loss was got over; shown as a warning unless the observer knows better. */
  default void recovery(Recovery recovery) {
    warning(recovery.describe());
  }

  /** Codecs were chosen while the job runs. */
  default void compression(CodecDecision decision) {}

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
      public void recovery(Recovery recovery) {
        all.forEach(observer -> observer.recovery(recovery));
      }

      @Override
      public void compression(CodecDecision decision) {
        all.forEach(observer -> observer.compression(decision));
      }

      @Override
      public void resumed(long step) {
        all.forEach(observer -> observer.resumed(step));
      }

      @Override
      public void checkpoint(long step, long lengthBytes, double seconds) {
        all.forEach(observer -> observer.checkpoint(step, lengthBytes, seconds));
      }

      @Override
      public void warning(String message) {
        all.forEach(observer -> observer.warning(message));
      }
    };
  }
}
