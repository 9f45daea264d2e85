package io.trireme.driver.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What may break. */
enum Fault {
  /** An executor dies. */
  KILL,

  /** A machine dies, with all executors on it. */
  KILL_MACHINE,

  /** A server dies a moment after its group's backup was cut off from it. */
  CUT_AND_KILL,

  /** A server dies while the backup of one of its groups does not have all yet. */
  KILL_UNBACKED,

  /** An executor does nothing for a while. */
  FREEZE,

  /** An executor and the driver do not hear each other, or one does not hear the other. */
  CUT_DRIVER,

  /** Two executors do not hear each other, or one does not hear the other. */
  CUT_PEERS,

  /** Sessions lose what is under way. */
  BREAK,

  /** A bit of what is under way in sessions is wrong. */
  CORRUPT,

  /** A stranger sends what was sent before, some of it changed. */
  REPLAY,

  /** Frames take longer from now on, or no longer. */
  SLOW,

  /** Links become so slow that it takes longer to gather a step than anyone may stand still. */
  NARROW,

  /** The workers of an executor leave in good order. */
  LEAVE,

  /** A task dies, while its executor lives on. */
  KILL_TASK,

  /** Results of tasks that have ended get lost. */
  LOSE_RESULTS,

  /** A report of a while ago arrives once more. */
  REPORT_AGAIN,

  /** A server reports that it cannot go on, for want of memory on its host. */
  FAIL_SERVER,

  /** An executor that comes next cannot take part in the run for a while. */
  UNFIT,

  /** The driver does nothing for a while. */
  PAUSE_DRIVER,

  /** The driver dies, and is started again. */
  CRASH_DRIVER;

  /** What breaks sessions and no member. */
  static final List<Fault> OF_SESSIONS = List.of(BREAK, CORRUPT, REPLAY, SLOW);

  /** What breaks members, and the sessions between them. */
  static final List<Fault> OF_MEMBERS =
      with(
          with(OF_SESSIONS, 3, KILL),
          1,
          KILL_MACHINE,
          CUT_AND_KILL,
          FREEZE,
          CUT_DRIVER,
          CUT_PEERS,
          LEAVE,
          KILL_TASK,
          LOSE_RESULTS,
          REPORT_AGAIN,
          FAIL_SERVER,
          UNFIT,
          PAUSE_DRIVER);

  /** These, and so many times each of those. */
  static List<Fault> with(List<Fault> these, int times, Fault... those) {
    List<Fault> all = new ArrayList<>(these);
    for (Fault fault : those) {
      all.addAll(Collections.nCopies(times, fault));
    }
    return List.copyOf(all);
  }
}
