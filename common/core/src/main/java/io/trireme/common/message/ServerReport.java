package io.trireme.common.message;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one life of a server is doing.
 *
 * @param peer which life of which server
 * @param ready whether it has loaded what it was ordered to
 * @param sealed the generation for which it has stopped all that it did before; 0 before the first
 * @param endpoint where it receives in that generation; null before the first
 * @param steps its replica's step of each block group that it holds whole, by the group's index,
 *     when it sealed; empty once it has entered the generation
 * @param whole whether it has all of the state of every group that it holds
 * @param broken whether a session to it lost something in the generation that it has entered
 * @param moved messages from other members that it has taken, since it began to live
 * @param staleness the most steps that it let a worker be ahead of the slowest; 0 for whole steps
 * @param waitsFor what it waits for, in words
 * @param dropped messages dropped, by reason
 * @param failure why it ended, if it failed
 */
public record ServerReport(
    Peer peer,
    boolean ready,
    int sealed,
    @Nullable Endpoint endpoint,
    List<GroupStep> steps,
    boolean whole,
    boolean broken,
    long moved,
    long staleness,
    String waitsFor,
    Map<Rejection, Long> dropped,
    @Nullable FailureReport failure) {
  public ServerReport {
    steps = List.copyOf(steps);
    dropped = Map.copyOf(dropped);
  }

  /**
   * How far a replica of a block group is.
   *
   * @param group the group's index
   * @param step the step that its parameters are for
   * @param slots where workers do not wait for each other's steps, the step that counts next of
   *     each slot; else empty
   * @param asOf the newest generation that its server had entered by then; 0 for none
   * @param reduced whether all slots of the step are counted, so that only the update is missing
   */
  public record GroupStep(int group, long step, List<Long> slots, int asOf, boolean reduced) {
    public GroupStep {
      slots = List.copyOf(slots);
    }

    /** Of a replica that counts whole steps, of which it has not counted the open one. */
    public GroupStep(int group, long step, int asOf) {
      this(group, step, List.of(), asOf, false);
    }
  }
}
