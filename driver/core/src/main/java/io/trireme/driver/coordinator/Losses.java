package io.trireme.driver.coordinator;

import java.util.ArrayList;
import java.util.List;

/** Tells which members were lost or have left, and how long the run took to recover. */
final class Losses {

  private final List<String> open = new ArrayList<>();
  private final List<Recovery> overcome = new ArrayList<>();
  private int workers;
  private int servers;
  private int left;
  private int total;
  private long detectedNs;
  private long detectionNs;
  private double residualSquares;

  /**
   * Notes the loss of a worker's life.
   *
   * @param silentNs how long its executor had not been heard of
   */
  void addWorker(String who, String why, long silentNs, long nowNs) {
    workers++;
    add(who + ": " + why, silentNs, nowNs);
  }

  /**
   * Notes the loss of a server's life.
   *
   * @param silentNs how long its executor had not been heard of
   */
  void addServer(String who, String why, long silentNs, long nowNs) {
    servers++;
    add(who + ": " + why, silentNs, nowNs);
  }

  private void add(String what, long silentNs, long nowNs) {
    open(what, nowNs);
    detectionNs = Math.max(detectionNs, silentNs);
    total++;
  }

  /** Notes that a worker has left in good order, which is no loss. */
  void leave(String who, long nowNs) {
    open(who + ": left in good order", nowNs);
    left++;
  }

  private void open(String what, long nowNs) {
    if (open.isEmpty()) {
      detectedNs = nowNs;
      detectionNs = 0;
    }
    open.add(what);
  }

  /** Notes the square of the norm of a residual that goes with a worker. */
  void addResidual(double normSquared) {
    residualSquares += normSquared;
  }

  /** The members that were lost or have left since a step was last computed, for messages. */
  String described() {
    return open.isEmpty() ? "no member" : String.join("; ", open);
  }

  /** Training goes on: a step was computed since the last of them. */
  void overcome(long step, long nowNs) {
    if (!open.isEmpty()) {
      overcome.add(
          new Recovery(
              described(),
              workers,
              servers,
              left,
              step,
              detectionNs,
              nowNs - detectedNs,
              Math.sqrt(residualSquares)));
      residualSquares = 0;
      open.clear();
      workers = 0;
      servers = 0;
      left = 0;
    }
  }

  List<Recovery> take() {
    List<Recovery> taken = List.copyOf(overcome);
    overcome.clear();
    return taken;
  }

  int total() {
    return total;
  }
}
