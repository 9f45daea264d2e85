package io.trireme.driver.run;

/** What the attempts of a run come to together. Used by one thread. */
final class RunTotals {
  private double trainSeconds;
  private long examples;
  private int restarts;

  /** An attempt has trained for so long. */
  void addTraining(double seconds, long trained) {
    trainSeconds += seconds;
    examples += trained;
  }

  /** So many workers, servers and attempts were lost. */
  void addRestarts(int lost) {
    restarts += lost;
  }

  double trainSeconds() {
    return trainSeconds;
  }

  double examplesPerSecond() {
    return trainSeconds > 0 ? examples / trainSeconds : 0;
  }

  int restarts() {
    return restarts;
  }
}
