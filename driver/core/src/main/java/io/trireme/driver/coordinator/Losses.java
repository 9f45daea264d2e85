package io.trireme.driver.coordinator;

import java.util.ArrayList;
import java.util.List;

/** Tells who was lost or has left, and how long it took to get over it. */
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
   * Notes the loss of one life.
   *
   * @param silentNs how long it, or its executor, had not been heard of
   */
  void add(String who, String why, boolean worker, long silentNs, long nowNs) {
    open(who + ": " + why, nowNs);
    detectionNs = Math.max(detectionNs, silentNs);
    total++;
    if (worker) {
      workers++;
    } else {
      servers++;
    }
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

  /** Who is lost or has left, and not got over yet, for messages. */
  String described() {
    return open.isEmpty() ? "nobody" : String.join("; ", open);
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
