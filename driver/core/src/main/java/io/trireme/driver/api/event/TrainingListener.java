package io.trireme.driver.api.event;

import java.util.List;

/**
 * Is told how training goes, by one thread. A slow listener slows the coordinator, so be quick. An
 * exception ends the run.
 */
public interface TrainingListener {

  /** Listens to nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** A phase begins; the one before has ended. */
  default void phase(TrainingPhase phase) {}

  /** An interval of training has ended. */
  default void progress(Progress progress) {}

  /**
   * The run begins, or begins again, with the state of a checkpoint; what was told of later steps
   * is void. Told before {@link TrainingPhase#TRAINING}.
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

  /** Something worth to know that is as it should be; one line. */
  default void notice(String message) {}

  /** Something that does not end the run, but that a person should know; one line. */
  default void warning(String message) {}

  /** Training went on after a loss; a warning, unless the listener says otherwise. */
  default void recovery(RecoveryEvent recovery) {
    warning(recovery.describe());
  }

  /** Codecs were chosen while the job runs. */
  default void compression(CompressionEvent choice) {}

  /**
   * One listener that tells several, in this order; after a failing one the later ones hear no
   * more.
   */
  static TrainingListener all(List<TrainingListener> listeners) {
    List<TrainingListener> all = List.copyOf(listeners);
    return new TrainingListener() {
      @Override
      public void phase(TrainingPhase phase) {
        all.forEach(listener -> listener.phase(phase));
      }

      @Override
      public void progress(Progress progress) {
        all.forEach(listener -> listener.progress(progress));
      }

      @Override
      public void resumed(long step) {
        all.forEach(listener -> listener.resumed(step));
      }

      @Override
      public void checkpoint(long step, long lengthBytes, double seconds) {
        all.forEach(listener -> listener.checkpoint(step, lengthBytes, seconds));
      }

      @Override
      public void notice(String message) {
        all.forEach(listener -> listener.notice(message));
      }

      @Override
      public void warning(String message) {
        all.forEach(listener -> listener.warning(message));
      }

      @Override
      public void recovery(RecoveryEvent recovery) {
        all.forEach(listener -> listener.recovery(recovery));
      }

      @Override
      public void compression(CompressionEvent choice) {
        all.forEach(listener -> listener.compression(choice));
      }
    };
  }
}
