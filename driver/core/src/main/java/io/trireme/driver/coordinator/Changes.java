package io.trireme.driver.coordinator;

import io.trireme.common.message.Membership;
import java.util.List;
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

  private final int slots;
  private final Members members;
  private final Formation formation;
  private final ServerHomes homes;
  private final CodecPolicy codecs;

  /** Of a run that has at most as many workers as slots. */
  Changes(int slots, Members members, Formation formation, ServerHomes homes, CodecPolicy codecs) {
    this.slots = slots;
    this.members = members;
    this.formation = formation;
    this.homes = homes;
    this.codecs = codecs;
  }

  /** The first reason there is; null if there is none. */
  @Nullable Change find() {
    Membership formed = formation.formed();
    List<WorkerView> workers = members.unfinished();
    if (formed == null || workers.isEmpty()) {
      return null;
    }
    Change ofMembers = ofWorkers(formed, workers);
    ofMembers = ofMembers == null ? ofServers(formed) : ofMembers;
    if (ofMembers != null) {
      return ofMembers;
    }
    String why = homes.improvement(formed);
    why = why == null ? codecs.change() : why;
    return why == null ? null : new Change(why, false);
  }

  private @Nullable Change ofWorkers(Membership formed, List<WorkerView> workers) {
    boolean hasRoom = formed.workers().size() < slots;
    for (WorkerView worker : workers) {
      if (hasRoom && !formation.has(worker.peer())) {
        return new Change(worker + " has joined", false);
      }
      if (worker.isBroken(formed.generation())) {
        return new Change("a session to " + worker + " has broken", true);
      }
    }
    return null;
  }

  private @Nullable Change ofServers(Membership formed) {
    for (ServerView server : members.servers().values()) {
      if (server.isReady() && !formation.has(server.peer())) {
        return new Change(server + " has joined", false);
      }
      if (server.isBroken(formed.generation())) {
        return new Change("a session to " + server + " has broken", true);
      }
    }
    return null;
  }
}
