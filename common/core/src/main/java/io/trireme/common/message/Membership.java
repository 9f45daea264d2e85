package io.trireme.common.message;

import io.trireme.common.wire.Peer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who is alive in a generation, who does what, and with which step they begin.
 *
 * @param generation number of the membership epoch, from 1
 * @param step the step that is computed first: every block's parameters before it are still there
 * @param slotSteps where workers do not wait for each other's steps, the first step that each slot
 *     lacks somewhere; else empty, and every slot begins with {@code step}
 * @param workers in the order of their slots
 * @param servers in the order of their indices
 * @param groups who holds each block group, by the group's index
 * @param counted what each block group has counted before the generation, by the group's index;
 *     empty where it is not known, and then what is counted twice has the same bits
 * @param codecs how blocks travel, where that may change; null where it is the job's own
 */
public record Membership(
    int generation,
    long step,
    List<Long> slotSteps,
    List<WorkerMember> workers,
    List<ServerMember> servers,
    List<GroupHolders> groups,
    List<Counted> counted,
    @Nullable CodecSwitch codecs) {
  public Membership {
    slotSteps = List.copyOf(slotSteps);
    workers = List.copyOf(workers);
    servers = List.copyOf(servers);
    groups = List.copyOf(groups);
    counted = List.copyOf(counted);
  }

  /**
   * What a block group has counted. Nothing of a later step counts that was sent before the
   * generation.
   *
   * @param step the first step that is not counted, or not whole
   * @param slots where workers do not wait for each other's steps, the first step of each slot that
   *     is not counted; else empty
   */
  public record Counted(long step, List<Long> slots) {
    public Counted {
      slots = List.copyOf(slots);
    }
  }

  /** The first step of a slot that a block group has not counted before the generation. */
  public long lacks(int group, int slot) {
    if (counted.isEmpty()) {
      return firstStepOf(slot);
    }
    Counted known = counted.get(group);
    return known.slots().isEmpty() ? known.step() : known.slots().get(slot);
  }

  /** A generation in which every step waits for every slot, with the job's own codecs. */
  public Membership(
      int generation,
      long step,
      List<WorkerMember> workers,
      List<ServerMember> servers,
      List<GroupHolders> groups) {
    this(generation, step, List.of(), workers, servers, groups, List.of(), null);
  }

  /** The step that a slot begins with. */
  public long firstStepOf(int slot) {
    return slotSteps.isEmpty() ? step : slotSteps.get(slot);
  }

  /** The step that a worker begins with: the first of its slots'. */
  public long firstStepOf(WorkerMember worker) {
    long first = Long.MAX_VALUE;
    for (int slot = worker.slotFrom(); slot < worker.slotTo(); slot++) {
      first = Math.min(first, firstStepOf(slot));
    }
    return first;
  }

  /** Every life that is a member. */
  public List<Peer> peers() {
    return Stream.concat(
            workers.stream().map(WorkerMember::peer), servers.stream().map(ServerMember::peer))
        .toList();
  }

  /** Whether this life is a member. */
  public boolean has(Peer life) {
    return peers().contains(life);
  }

  /**
   * The server with this index.
   *
   * @throws IllegalArgumentException if it is no member
   */
  public ServerMember server(int index) {
    for (ServerMember server : servers) {
      if (server.peer().index() == index) {
        return server;
      }
    }
    throw new IllegalArgumentException(
        "server " + index + " is no member of generation " + generation);
  }
}
