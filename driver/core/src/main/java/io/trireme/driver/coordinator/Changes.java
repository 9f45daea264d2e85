package io.trireme.driver.coordinator;

import io.trireme.common.message.Membership;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds reasons to form the next generation while one trains. */
final class Changes {

  /**
   * A reason.
   *
   * @param why in words
   * @param broken whether the present generation cannot go on, so that the next begins it again
   */
  record Change(String why, boolean broken) {}

  /** Those who come within this time of a newcomer share the next generation. */
  private static final long GATHER_NS = TimeUnit.SECONDS.toNanos(2);

  private final int slots;
  private final Members members;
  private final Formation formation;
  private final ServerHomes homes;
  private final CodecPolicy codecs;
  private long newcomerNs;
  private boolean hadNewcomer;

  /** Of a run that has at most as many workers as slots. */
  Changes(int slots, Members members, Formation formation, ServerHomes homes, CodecPolicy codecs) {
    this.slots = slots;
    this.members = members;
    this.formation = formation;
    this.homes = homes;
    this.codecs = codecs;
  }

  /**
   * The first reason there is; null if there is none. A newcomer is one at once, but each
   * generation sends all parameters to all: those who follow it soon are gathered.
   */
  @Nullable Change find(long nowNs) {
    Membership formed = formation.formed();
    List<WorkerView> workers = members.unfinished();
    if (formed == null || workers.isEmpty()) {
      return null;
    }
    Change broken = broken(formed, workers);
    if (broken != null) {
      return broken;
    }
    String newcomer = newcomer(formed, workers);
    if (newcomer != null) {
      if (hadNewcomer && nowNs - newcomerNs < GATHER_NS) {
        return null;
      }
      hadNewcomer = true;
      newcomerNs = nowNs;
      return new Change(newcomer + " has joined", false);
    }
    String why = homes.improvement(formed);
    why = why == null ? codecs.change() : why;
    return why == null ? null : new Change(why, false);
  }

  private @Nullable Change broken(Membership formed, List<WorkerView> workers) {
    for (WorkerView worker : workers) {
      if (worker.isBroken(formed.generation())) {
        return new Change("a session to " + worker + " has broken", true);
      }
    }
    for (ServerView server : members.servers().values()) {
      if (server.isBroken(formed.generation())) {
        return new Change("a session to " + server + " has broken", true);
      }
    }
    return null;
  }

  /** A member of the next generation that is none of this one; null if there is none. */
  private @Nullable String newcomer(Membership formed, List<WorkerView> workers) {
    boolean hasRoom = formed.workers().size() < slots;
    for (WorkerView worker : workers) {
      if (hasRoom && !formation.has(worker.peer())) {
        return worker.toString();
      }
    }
    for (ServerView server : members.servers().values()) {
      if (server.isReady() && !formation.has(server.peer())) {
        return server.toString();
      }
    }
    return null;
  }
}
