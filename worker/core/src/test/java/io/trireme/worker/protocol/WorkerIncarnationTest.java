package io.trireme.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One life of a worker between two servers, each of which sends it one block. */
class WorkerIncarnationTest {

  private static final int LENGTH = 6;
  private static final int BYTES = LENGTH * Float.BYTES;
  private static final long LAST_STEP = 3;
  private static final JobKey KEY = new JobKey(new byte[JobKey.LENGTH]);
  private static final Peer SELF = Peer.worker(0, 1);
  private static final Peer FIRST = Peer.server(0, 2);
  private static final Peer SECOND = Peer.server(1, 3);
  private static final BlockPlan PLAN =
      new BlockPlan(
          List.of(new Block(0, 0, LENGTH, 0), new Block(1, LENGTH, LENGTH, 1)),
          List.of(new BlockGroup(0, 0, 1, 0, LENGTH), new BlockGroup(1, 1, 1, LENGTH, LENGTH)));

  private final MemorySessions sessions = new MemorySessions();
  private final Inbox inbox = new Inbox(sessions);
  private final UnsafeBuffer parameters = new UnsafeBuffer(new byte[2 * BYTES]);
  private final Rejections rejections = new Rejections();
  private final Computing computer = new Computing();
  private final WorkerIncarnation life =
      new WorkerIncarnation(
          new WorkerOptions(
              SELF,
              PLAN,
              new ReductionTree(4),
              LAST_STEP,
              false,
              CompressionPlan.plain(PLAN),
              false),
          KEY,
          sessions,
          parameters,
          rejections,
          computer,
          ResidualStore.NONE);
  private @Nullable Membership membership;
  private @Nullable FakeServer first;
  private @Nullable FakeServer second;
  private int generation;

  /** Tells what it is asked, and gives the number of the step as the gradient. */
  private static final class Computing implements WorkerIncarnation.Computer {
    final List<String> asked = new ArrayList<>();
    boolean giveUp;
    private final UnsafeBuffer gradient = new UnsafeBuffer(new byte[2 * BYTES]);

    @Override
    public void onBegin(int entered, long step) {
      asked.add("begin " + step + " in " + entered);
    }

    @Override
    public @Nullable DirectBuffer compute(long step, TreeNode node) {
      if (giveUp) {
        return null;
      }
      asked.add("compute " + node.lo() + " to " + node.hi());
      for (int at = 0; at < gradient.capacity(); at += Float.BYTES) {
        gradient.putFloat(at, step + node.lo() / 10f);
      }
      return gradient;
    }

    @Override
    public void onPushed(int entered, long step) {
      asked.add("pushed " + step + " in " + entered);
    }

    List<String> take() {
      List<String> taken = List.copyOf(asked);
      asked.clear();
      return taken;
    }
  }

  @AfterEach
  void close() {
    CloseHelper.closeAll(life, inbox, first, second);
    assertThat(sessions.openEnds()).isZero();
  }

  private void enter(long step, int slotFrom, int slotTo) {
    generation++;
    CloseHelper.closeAll(first, second);
    Inbound[] ends = {sessions.listen(), sessions.listen()};
    assertThat(inbox.seal(generation)).isTrue();
    Membership formed =
        new Membership(
            generation,
            step,
            List.of(),
            List.of(new WorkerMember(SELF, self(), slotFrom, slotTo)),
            List.of(
                new ServerMember(FIRST, ends[0].endpoint()),
                new ServerMember(SECOND, ends[1].endpoint())),
            List.of(
                new GroupHolders(0, GroupHolders.NONE, false),
                new GroupHolders(1, GroupHolders.NONE, false)),
            List.of(),
            null);
    membership = formed;
    first = new FakeServer(KEY, FIRST, SELF, formed, ends[0], sessions);
    second = new FakeServer(KEY, SECOND, SELF, formed, ends[1], sessions);
    Inbound inbound = inbox.take(generation);
    if (inbound == null) {
      throw new AssertionError("no end for generation " + generation);
    }
    life.enter(formed, inbound);
  }

  private Endpoint self() {
    return present(inbox.endpoint());
  }

  private FakeServer first() {
    return present(first);
  }

  private FakeServer second() {
    return present(second);
  }

  private Endpoint placeOf(int server) {
    return present(membership).server(server).endpoint();
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("no generation has been entered");
    }
    return value;
  }

  private void send(long step, float value) {
    first().send(0, step, value, BYTES);
    second().send(1, step, value, BYTES);
  }

  /** Takes turns until there is nothing to do. */
  private void run() {
    for (int turn = 0; turn < 1000; turn++) {
      if (life.turn(0) == 0) {
        return;
      }
    }
    throw new AssertionError("it never comes to rest");
  }

  private void assertParameters(float value) {
    for (int at = 0; at < parameters.capacity(); at += Float.BYTES) {
      assertThat(parameters.getFloat(at)).isEqualTo(value);
    }
  }

  @Test
  void goesFromStepToStepUntilTheLast() {
    assertThat(life.waitsFor(0)).isEqualTo("worker 0 waits for a generation");
    assertThat(life.turn(0)).isZero();
    assertThat(life.isWaiting()).isTrue();
    enter(0, 0, 4);
    for (long step = 0; step < LAST_STEP; step++) {
      assertThat(life.step()).isEqualTo(step);
      assertThat(life.isFinished()).isFalse();
      send(step, 10 + step);
      run();
      assertParameters(10 + step);
      assertThat(computer.take())
          .containsExactly("begin " + step + " in 1", "compute 0 to 4", "pushed " + step + " in 1");
      assertThat(first().take())
          .containsExactly("block 0 of step " + step + ", slots 0 to 4: " + (float) step);
      assertThat(second().take())
          .containsExactly("block 1 of step " + step + ", slots 0 to 4: " + (float) step);
      assertThat(life.isWaiting()).isTrue();
    }
    send(LAST_STEP, 99);
    run();
    assertParameters(99);
    assertThat(life.isFinished()).isTrue();
    assertThat(life.isWaiting()).isTrue();
    assertThat(computer.take()).isEmpty();
    assertThat(life.turn(0)).isZero();
    assertThat(rejections.counted()).isEmpty();
    assertThat(life.isBroken()).isFalse();
  }

  @Test
  void leavesAtOnceWhenNothingThatItSentCountsOrIsKeptBack() {
    enter(0, 0, 4);
    send(0, 1);
    run();
    life.leave();
    run();
    computer.take();
    enter(0, 0, 4);
    send(0, 1);
    run();
    assertThat(life.hasLeft()).isTrue();
    assertThat(computer.take()).as("others compute it").isEmpty();
  }

  @Test
  void leavesBetweenTwoStepsWhenAllThatItSentIsCounted() {
    enter(0, 0, 4);
    send(0, 1);
    run();
    life.leave();
    run();
    assertThat(life.hasLeft()).as("step 0 may not be counted yet").isFalse();
    send(1, 2);
    run();
    assertThat(life.hasLeft()).isTrue();
    computer.take();
    assertThat(life.isFinished()).isFalse();
    assertThat(life.isWaiting()).isTrue();
    assertThat(computer.take()).isEmpty();
    enter(1, 0, 4);
    send(1, 2);
    run();
    assertThat(computer.take()).as("for good").isEmpty();
    assertThat(life.hasLeft()).isTrue();
  }

  @Test
  void whoHasFinishedDoesNotLeave() {
    enter(LAST_STEP, 0, 4);
    life.leave();
    send(LAST_STEP, 4);
    run();
    assertThat(life.isFinished()).isTrue();
    assertThat(life.hasLeft()).isFalse();
  }

  @Test
  void slotsThatAreNoNodeAreSentAsSeveral() {
    enter(0, 1, 4);
    assertThat(life.nodes()).containsExactly(new TreeNode(1, 2), new TreeNode(2, 4));
    send(0, 1);
    run();
    assertThat(computer.take())
        .containsExactly("begin 0 in 1", "compute 1 to 2", "compute 2 to 4", "pushed 0 in 1");
    assertThat(first().take())
        .containsExactly(
            "block 0 of step 0, slots 1 to 2: 0.1", "block 0 of step 0, slots 2 to 4: 0.2");
  }

  @Test
  void entryDropsWhatWasGathered() {
    enter(0, 0, 4);
    first().send(0, 0, 5, BYTES);
    run();
    enter(0, 0, 4);
    second().send(1, 0, 6, BYTES);
    run();
    assertThat(computer.take()).isEmpty();
    assertThat(life.waitsFor(0)).contains("generation 2 waits for block 0 of step 0 (1 blocks");
    first().send(0, 0, 6, BYTES);
    run();
    assertParameters(6);
    assertThat(computer.take()).startsWith("begin 0 in 2");
  }

  @Test
  void entryDropsWhatWasBeingPushedAndTheStepIsComputedAnew() {
    enter(0, 0, 4);
    sessions.shut(placeOf(1));
    send(0, 1);
    run();
    assertThat(computer.take()).containsExactly("begin 0 in 1", "compute 0 to 4");
    assertThat(life.isFinished()).isFalse();
    assertThat(life.waitsFor(9_000_000_000L))
        .contains("could send nothing to server 1 at host:1/1");
    enter(0, 2, 4);
    run();
    send(0, 1);
    run();
    assertThat(computer.take()).containsExactly("begin 0 in 2", "compute 2 to 4", "pushed 0 in 2");
    assertThat(first().take()).containsExactly("block 0 of step 0, slots 2 to 4: 0.2");
    assertThat(second().take()).containsExactly("block 1 of step 0, slots 2 to 4: 0.2");
  }

  @Test
  void computationThatIsGivenUpIsFollowedByTheNextGeneration() {
    enter(1, 0, 4);
    computer.giveUp = true;
    send(1, 1);
    run();
    assertThat(life.isWaiting()).as("it computes").isFalse();
    assertThat(computer.take()).containsExactly("begin 1 in 1");
    enter(0, 0, 4);
    assertThat(life.isWaiting()).isTrue();
    assertThat(life.step()).isZero();
    computer.giveUp = false;
    send(0, 7);
    run();
    assertThat(computer.take()).containsExactly("begin 0 in 2", "compute 0 to 4", "pushed 0 in 2");
  }

  @Test
  void nothingIsReadWhileTheGradientLeaves() {
    enter(0, 0, 4);
    sessions.shut(placeOf(1));
    send(0, 1);
    run();
    assertThat(first().take()).hasSize(1);
    first().send(0, 1, 2, BYTES);
    run();
    assertParameters(1);
    sessions.open(placeOf(1));
    run();
    assertThat(parameters.getFloat(0)).isEqualTo(2);
    assertThat(computer.take()).endsWith("pushed 0 in 1");
  }

  @Test
  void generationThatBeginsWithTheLastStepIsTheEnd() {
    enter(2, 0, 4);
    send(2, 1);
    run();
    assertThat(life.isFinished()).isFalse();
    enter(LAST_STEP, 0, 4);
    send(LAST_STEP, 4);
    run();
    assertThat(life.isFinished()).isTrue();
    assertParameters(4);
    assertThat(computer.take()).doesNotContain("begin 3 in 2");
  }

  @Test
  void lossInASessionShowsUntilTheNextGeneration() {
    enter(0, 0, 4);
    first().send(0, 0, 1, BYTES);
    sessions.waiting(self()).clear();
    run();
    assertThat(life.isBroken()).isFalse();
    first().send(0, 0, 1, BYTES);
    run();
    assertThat(life.isBroken()).isTrue();
    enter(0, 0, 4);
    assertThat(life.isBroken()).isFalse();
  }

  @Test
  void framesOfAnOlderGenerationChangeNothing() {
    enter(0, 0, 4);
    first().send(0, 0, 9, BYTES);
    byte[] late = sessions.waiting(self()).remove();
    enter(0, 0, 4);
    sessions.waiting(self()).add(late);
    run();
    assertThat(rejections.counted()).isEqualTo(Map.of(Rejection.NOT_AUTHENTIC, 1L));
    assertParameters(0);
    assertThat(life.isBroken()).isFalse();
    send(0, 2);
    run();
    assertParameters(2);
  }

  @Test
  void bytesAreCountedOverAllGenerations() {
    enter(0, 0, 4);
    send(0, 1);
    run();
    long sent = life.sentBytes();
    long received = life.receivedBytes();
    assertThat(sent).isGreaterThan(2 * BYTES);
    assertThat(received).isGreaterThan(2 * BYTES);
    enter(0, 0, 4);
    assertThat(life.sentBytes()).isEqualTo(sent);
    assertThat(life.receivedBytes()).isEqualTo(received);
    send(0, 1);
    run();
    assertThat(life.sentBytes()).isEqualTo(2 * sent);
    assertThat(life.receivedBytes()).isEqualTo(2 * received);
  }
}
