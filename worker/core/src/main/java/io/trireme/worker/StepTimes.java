package io.trireme.worker;

import org.agrona.concurrent.NanoClock;

/** Where the time of a worker's steps goes: waiting, computing, and the rest, which is sending. */
final class StepTimes {

  private final NanoClock clock;
  private long waitStartNs;
  private long beganNs;
  private long waitNs;
  private long computeNs;

  /** By this clock. */
  StepTimes(NanoClock clock) {
    this.clock = clock;
  }

  /** It waits for others from now on; the step begun last is over. */
  void startWaiting() {
    waitStartNs = clock.nanoTime();
  }

  /** A step begins. */
  void begin() {
    beganNs = clock.nanoTime();
    waitNs = beganNs - waitStartNs;
    computeNs = 0;
  }

  /** It computed from then until now. */
  void addCompute(long fromNs) {
    computeNs += clock.nanoTime() - fromNs;
  }

  /** How long the last step waited before it began. */
  long waitNs() {
    return waitNs;
  }

  /** How long the last step computed. */
  long computeNs() {
    return computeNs;
  }

  /** How long the last step sent without computing. */
  long sendNs() {
    return Math.max(0, waitStartNs - beganNs - computeNs);
  }
}
