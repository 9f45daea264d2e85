package io.trireme.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.Membership.Counted;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.SlotRange;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.compression.CompressionPlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a worker keeps its residuals for a checkpoint, and which stored ones it begins with. */
class RestoredResidualsTest {

  private static final int LENGTH = 4096;
  private static final int BYTES = LENGTH * Float.BYTES;
  private static final long LAST_STEP = 4;
  private static final JobKey KEY = new JobKey(new byte[JobKey.LENGTH]);
  private static final Peer SELF = Peer.worker(0, 1);
  private static final Peer SERVER = Peer.server(0, 2);
  private static final BlockPlan PLAN =
      new BlockPlan(
          List.of(new Block(0, 0, LENGTH, 0)), List.of(new BlockGroup(0, 0, 1, 0, LENGTH)));

  private final MemorySessions sessions = new MemorySessions();
  private final Inbox inbox = new Inbox(sessions);
  private final Store store = new Store();
  private final WorkerIncarnation life =
      new WorkerIncarnation(
          new WorkerOptions(SELF, PLAN, new ReductionTree(4), LAST_STEP, false, plan(), false),
          KEY,
          sessions,
          new UnsafeBuffer(new byte[BYTES]),
          new Rejections(),
          new Computing(),
          store);
  private @Nullable FakeServer server;
  private int generation;

  private static CompressionPlan plan() {
    Segment weights =
        new Segment("0_W", 0, 0, LENGTH, List.of(64L, 64L), 'c', SegmentKind.WEIGHT, "", List.of());
    return CompressionPlan.of(
        new Layout(LENGTH, List.of(weights), List.of(), true),
        PLAN,
        new CompressionConfig(new CodecConfig("onebit", Map.of()), List.of(), CodecConfig.NONE, 1),
        7);
  }

  private static final class Computing implements WorkerIncarnation.Computer {
    private final UnsafeBuffer gradient = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES));

    @Override
    public void onBegin(int entered, long step) {}

    @Override
    public DirectBuffer compute(long step, TreeNode node) {
      for (int i = 0; i < LENGTH; i++) {
        gradient.putFloat(i * Float.BYTES, i + step);
      }
      return gradient;
    }

    @Override
    public void onPushed(int entered, long step) {}
  }

  /** Everything is due; stored are nodes of one slot, each with its slot plus one throughout. */
  private static final class Store implements ResidualStore {
    private final List<String> calls = new ArrayList<>();

    @Override
    public boolean isDue(long step) {
      return true;
    }

    @Override
    public void keep(
        int generation, long step, int slotFrom, int slotTo, List<Residual> residuals) {
      float first = residuals.get(0).state().get(0).getFloat(0);
      calls.add(
          "keep " + step + " in " + generation + ", " + slotFrom + "-" + slotTo + ": " + first);
    }

    @Override
    public List<TreeNode> stored() {
      calls.add("stored");
      return List.of(
          new TreeNode(0, 1), new TreeNode(1, 2), new TreeNode(2, 3), new TreeNode(3, 4));
    }

    @Override
    public void read(Residual into) {
      calls.add("read " + into.node());
      for (int i = 0; i < LENGTH; i++) {
        into.state().get(0).putFloat(i * Float.BYTES, into.node().lo() + 1);
      }
    }

    @Override
    public void done() {
      calls.add("done");
    }

    List<String> take() {
      List<String> taken = List.copyOf(calls);
      calls.clear();
      return taken;
    }
  }

  @AfterEach
  void close() {
    CloseHelper.closeAll(life, inbox, server);
    assertThat(sessions.openEnds()).isZero();
  }

  /** What servers have counted before the next generation; empty if that is not told. */
  private List<Counted> counted = List.of();

  private void enter(long step, int slotFrom, int slotTo, int restoredFrom, int restoredTo) {
    generation++;
    CloseHelper.close(server);
    Inbound end = sessions.listen();
    assertThat(inbox.seal(generation)).isTrue();
    var place = inbox.endpoint();
    Inbound inbound = inbox.take(generation);
    if (place == null || inbound == null) {
      throw new AssertionError("no end for generation " + generation);
    }
    Membership formed =
        new Membership(
            generation,
            step,
            List.of(),
            List.of(
                new WorkerMember(
                    SELF,
                    place,
                    new SlotRange(slotFrom, slotTo),
                    new SlotRange(restoredFrom, restoredTo))),
            List.of(new ServerMember(SERVER, end.endpoint())),
            List.of(new GroupHolders(0, GroupHolders.NONE, false)),
            counted,
            null);
    server = new FakeServer(KEY, SERVER, SELF, formed, end, sessions);
    life.enter(formed, inbound);
  }

  private void step(long step) {
    FakeServer sender = server;
    if (sender == null) {
      throw new AssertionError("no generation has been entered");
    }
    sender.send(0, step, 1, BYTES);
    for (int turn = 0; life.turn(0) > 0; turn++) {
      assertThat(turn).isLessThan(100);
    }
  }

  @Test
  void keepsThemBeforeEachDueStepIsEncodedAndAfterTheLast() {
    enter(0, 0, 4, 0, 0);
    assertThat(store.take()).containsExactly("done");
    step(0);
    assertThat(store.take()).containsExactly("keep 0 in 1, 0-4: 0.0");
    step(1);
    assertThat(store.take()).containsExactly("keep 1 in 1, 0-4: 0.0");
    step(2);
    String after1 = store.take().get(0);
    assertThat(after1).startsWith("keep 2 in 1, 0-4: -");
    step(3);
    step(LAST_STEP);
    assertThat(store.take()).hasSize(2).last().asString().startsWith("keep 4 in 1");
    assertThat(life.isFinished()).isTrue();
  }

  @Test
  void keepsThemAgainBeforeAStepThatDidNotCount() {
    enter(0, 0, 4, 0, 0);
    step(0);
    step(1);
    store.take();
    enter(1, 0, 4, 0, 0);
    step(1);
    assertThat(store.take()).containsExactly("keep 1 in 2, 0-4: 0.0");
    step(2);
    assertThat(store.take()).hasSize(1).first().asString().startsWith("keep 2 in 2");
    enter(3, 0, 4, 0, 0);
    step(3);
    assertThat(store.take()).as("nothing of it yet").hasSize(1);
  }

  @Test
  void passesAStepOverThatSomeServersHaveCounted() {
    enter(0, 0, 4, 0, 0);
    step(0);
    step(1);
    store.take();
    counted = List.of(new Counted(2, List.of()));
    enter(1, 0, 4, 0, 0);
    step(1);
    assertThat(store.take()).as("after step 1, not before it").isEmpty();
    step(2);
    assertThat(store.take()).hasSize(1).first().asString().startsWith("keep 2 in 2");
  }

  @Test
  void beginsWithWhatWasStoredOfTheSlotsThatFellToItAtFirst() {
    enter(0, 2, 4, 1, 3);
    assertThat(store.take())
        .containsExactly(
            "stored", "read " + new TreeNode(1, 2), "read " + new TreeNode(2, 3), "done");
    step(0);
    assertThat(store.take()).containsExactly("keep 0 in 1, 2-4: 5.0");
    enter(0, 0, 4, 0, 0);
    assertThat(store.take()).as("it has them").isEmpty();
    step(0);
    assertThat(store.take()).containsExactly("keep 0 in 2, 0-4: 5.0");
  }

  /** Another has died with those of its slots before anything counted. */
  @Test
  void beginsAgainWithWhatIsStoredUntilSomethingCounts() {
    enter(0, 2, 4, 2, 3);
    step(0);
    store.take();
    enter(0, 0, 4, 1, 3);
    assertThat(store.take())
        .containsExactly(
            "stored", "read " + new TreeNode(1, 2), "read " + new TreeNode(2, 3), "done");
    step(0);
    assertThat(store.take()).containsExactly("keep 0 in 2, 0-4: 5.0");
  }

  @Test
  void leavesWhenWhatItKeptBackIsCounted() {
    enter(0, 0, 4, 0, 0);
    step(0);
    step(1);
    life.leave();
    step(2);
    assertThat(life.hasLeft()).as("what it keeps leaves with step 2").isFalse();
    assertThat(life.encoding().residualNormSquared()).isPositive();
    enter(2, 0, 4, 0, 0);
    step(2);
    assertThat(life.hasLeft()).as("step 2 is sent again").isFalse();
    step(3);
    assertThat(life.hasLeft()).isTrue();
    assertThat(life.encoding().residualNormSquared()).isZero();
    enter(3, 0, 4, 0, 0);
    step(3);
    assertThat(life.hasLeft()).isTrue();
    assertThat(life.step()).as("nothing is computed any more").isEqualTo(3);
  }

  @Test
  void leavesAtOnceWhereItIsNoMember() {
    life.leave();
    assertThat(life.hasLeft()).isTrue();
  }
}
