package io.trireme.driver.api.event;

/** The parts of a training run, in their order. */
public enum TrainingPhase {
  /** Sources become shards, unless they are ready. */
  PREPARING("preparing data"),
  /** Servers and workers start and form the first generation. */
  STARTING("starting workers and servers"),
  /** Steps are computed. */
  TRAINING("training"),
  /** The model is written. */
  SAVING("saving the model"),
  /** The model is measured on the test set; left out where there is none. */
  EVALUATING("evaluating");

  private final String title;

  TrainingPhase(String title) {
    this.title = title;
  }

  /** The phase in words, for the console. */
  public String title() {
    return title;
  }
}
