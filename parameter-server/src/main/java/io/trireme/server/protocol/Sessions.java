package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureSender;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** What a server sends over in one generation: links to all workers, and to servers as needed. */
final class Sessions implements AutoCloseable {

  private static final int FRAMES_PER_TURN = 8;

  /** Between generations there are none. */
  private static final Membership NO_MEMBERS =
      new Membership(0, 0, List.of(), List.of(), List.of());

  private final Membership membership;
  private final Connector connector;
  private final List<WorkerLink> workers = new ArrayList<>();
  private final Int2ObjectHashMap<WorkerLink> workersById = new Int2ObjectHashMap<>();
  private final Map<Integer, PeerLink> servers = new TreeMap<>();

  /** Of a generation; nothing is connected yet. */
  Sessions(Membership membership, Connector connector) {
    this.membership = membership;
    this.connector = connector;
  }

  /** Those of a server that is in no generation. */
  static Sessions none() {
    return new Sessions(
        NO_MEMBERS,
        (to, where) -> {
          throw new IllegalStateException("there is no generation to connect to " + to + " in");
        });
  }

  /** The generation's number; 0 if there is none. */
  int generation() {
    return membership.generation();
  }

  Membership membership() {
    return membership;
  }

  void connectWorkers() {
    for (WorkerMember worker : membership.workers()) {
      WorkerLink link =
          new WorkerLink(
              connector.connect(worker.peer(), worker.endpoint()),
              generation(),
              membership.firstStepOf(worker));
      workers.add(link);
      workersById.put(worker.peer().id(), link);
    }
  }

  /** The link to a worker, by its id in messages; null if it is no member. */
  @Nullable WorkerLink worker(int id) {
    return workersById.get(id);
  }

  /** The link to a worker that is a member. */
  WorkerLink requireWorker(int id) {
    WorkerLink link = worker(id);
    if (link == null) {
      throw new IllegalArgumentException(
          "worker " + id + " is no member of generation " + generation());
    }
    return link;
  }

  /** The link to another server, by its index. */
  PeerLink server(int index) {
    PeerLink known = servers.get(index);
    if (known != null) {
      return known;
    }
    ServerMember member = membership.server(index);
    PeerLink made = new PeerLink(connector.connect(member.peer(), member.endpoint()), generation());
    servers.put(index, made);
    return made;
  }

  /**
   * Sends a group's parameters of a step to each worker as soon as that may have them.
   *
   * @param plain whether workers may not have what was before them
   */
  void offer(Replica replica, long step, boolean plain) {
    for (int i = 0; i < workers.size(); i++) {
      for (int b = 0; b < replica.blocks().size(); b++) {
        workers.get(i).offer(replica.blocks().get(b), step, plain);
      }
    }
  }

  /** Sends what waits, as far as the sessions take it; returns how many frames. */
  int pump(long nowNs) {
    int sent = 0;
    for (PeerLink server : servers.values()) {
      sent += server.pump(nowNs, FRAMES_PER_TURN);
    }
    for (int i = 0; i < workers.size(); i++) {
      sent += workers.get(i).pump(nowNs, FRAMES_PER_TURN);
    }
    return sent;
  }

  /** Visits the sender of each link. */
  void forEachSender(Consumer<SecureSender> visitor) {
    workers.forEach(link -> visitor.accept(link.sender()));
    servers.values().forEach(link -> visitor.accept(link.sender()));
  }

  @Override
  public void close() {
    List<AutoCloseable> links = new ArrayList<>(workers);
    links.addAll(servers.values());
    workers.clear();
    workersById.clear();
    servers.clear();
    CloseHelper.closeAll(links);
  }
}
