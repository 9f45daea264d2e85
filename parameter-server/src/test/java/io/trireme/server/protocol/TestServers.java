package io.trireme.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.sum.GlobalNorm;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/**
 * Some servers and one worker over sessions in memory; generations are formed as the test says.
 * Knows what every group is to hold before every step. Groups 0 and 1 have one block, group 2 has
 * two.
 */
final class TestServers implements AutoCloseable {
  static final int SLOTS = 4;
  static final int LAST_STEP = 10;
  static final TreeNode ROOT = new TreeNode(0, SLOTS);

  final MemoryNet net = new MemoryNet();
  final FakeWorker worker;
  final Rejections rejections = new Rejections();
  private final double clipGlobalNorm;
  private final BlockPlan plan;
  private final Map<Integer, Peer> peers = new HashMap<>();
  private final Map<Integer, ServerLife> lives = new TreeMap<>();
  private final Map<Peer, FakeUpdaters> updaters = new HashMap<>();
  private int generation;
  private long lastIncarnation;

  TestServers(double clipGlobalNorm, int blockLength) {
    this.clipGlobalNorm = clipGlobalNorm;
    int[] groups = {0, 1, 2, 2};
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < groups.length; i++) {
      blocks.add(new Block(i, (long) i * blockLength, blockLength, groups[i]));
    }
    plan =
        new BlockPlan(
            blocks,
            List.of(
                new BlockGroup(0, 0, 1, 0, blockLength),
                new BlockGroup(1, 1, 1, blockLength, blockLength),
                new BlockGroup(2, 2, 2, 2L * blockLength, 2L * blockLength)));
    Peer peer = Peer.worker(0, 500);
    worker = new FakeWorker(peer, net.of(peer));
  }

  /** Gives a server a new life. */
  void start(int server, Integer... load) {
    ServerLife life = create(server);
    life.load(List.of(load));
  }

  /** Gives a server a new life that has loaded nothing yet. */
  ServerLife create(int server) {
    Peer self = Peer.server(server, ++lastIncarnation);
    FakeUpdaters made = new FakeUpdaters();
    ServerLife life =
        new ServerLife(
            new ServerOptions(
                self,
                plan,
                new SlotPlan(80, 8, SLOTS),
                0,
                LAST_STEP,
                ServerOptions.WHOLE_STEPS,
                clipGlobalNorm,
                CompressionPlan.plain(plan),
                false),
            Wire.KEY,
            net.of(self),
            made,
            rejections,
            Snapshots.NONE,
            ServerRules.STANDARD);
    peers.put(server, self);
    lives.put(server, life);
    updaters.put(self, made);
    return life;
  }

  void kill(int server) {
    CloseHelper.close(lives.remove(server));
  }

  Peer peer(int server) {
    return require(peers, server);
  }

  ServerReport report(int server) {
    return require(lives, server).report(0, null);
  }

  FakeUpdater updater(int server, int group) {
    return require(updaters, peer(server)).of(group);
  }

  private static <K, V> V require(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new AssertionError(key + " is not there");
    }
    return value;
  }

  /** Has all seal for the next generation; returns how far the servers' groups are. */
  Map<Integer, List<GroupStep>> seal() {
    generation++;
    assertThat(worker.inbox.seal(generation)).isTrue();
    Map<Integer, List<GroupStep>> steps = new TreeMap<>();
    lives.forEach(
        (index, life) -> {
          assertThat(life.follow(generation, null)).isTrue();
          steps.put(
              index,
              life.report(0, null).steps().stream()
                  .map(step -> new GroupStep(step.group(), step.step(), 0))
                  .toList());
        });
    return steps;
  }

  /** Forms the generation that all have sealed for. */
  Membership form(long step, GroupHolders... holders) {
    List<ServerMember> members = new ArrayList<>();
    lives.forEach((index, life) -> members.add(new ServerMember(peer(index), place(index))));
    Endpoint workers = worker.inbox.endpoint();
    if (workers == null) {
      throw new AssertionError("the worker has not sealed");
    }
    Membership membership =
        new Membership(
            generation,
            step,
            List.of(),
            List.of(new WorkerMember(worker.peer, workers, 0, SLOTS)),
            members,
            List.of(holders),
            List.of(),
            null);
    lives.values().forEach(life -> assertThat(life.follow(generation, membership)).isTrue());
    worker.enter(membership);
    return membership;
  }

  Endpoint place(int server) {
    Endpoint endpoint = report(server).endpoint();
    if (endpoint == null) {
      throw new AssertionError("server " + server + " has not sealed");
    }
    return endpoint;
  }

  /** Seals, forms, and lets everything arrive. */
  void enter(long step, GroupHolders... holders) {
    assertThat(seal()).isNotEmpty();
    assertThat(form(step, holders)).isNotNull();
    run();
  }

  /** Lets everything arrive that may. */
  void run() {
    for (int turn = 0; turn < 10_000; turn++) {
      int work = worker.poll();
      for (ServerLife life : lives.values()) {
        work += life.doWork(0);
      }
      if (work == 0) {
        return;
      }
    }
    throw new AssertionError("they never come to rest");
  }

  /** Sends the worker's gradient of some blocks, of all slots, and lets everything arrive. */
  void push(long step, int... blocks) {
    for (int block : blocks) {
      worker.push(plan.blocks().get(block), step, slots(step), ROOT);
    }
    run();
  }

  /** As {@link #push}, of every block. */
  void pushAll(long step) {
    push(step, 3, 2, 1, 0);
  }

  float[][] slots(long step) {
    return TreeSums.randomSlots(new Random(step), SLOTS, vectorLength());
  }

  private int vectorLength() {
    return plan.blocks().stream().mapToInt(Block::length).sum();
  }

  /** What the averaged gradient of a step is, over the whole vector. */
  private float[] mean(long step) {
    float[] mean = TreeSums.of(slots(step), ROOT);
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= 2;
    }
    return mean;
  }

  private double scale(long step) {
    float[] mean = mean(step);
    double sum = 0;
    for (Block block : plan.blocks()) {
      sum += FakeUpdater.squares(slice(mean, block.offset(), block.length()));
    }
    return GlobalNorm.scale(sum, clipGlobalNorm);
  }

  private static float[] slice(float[] vector, long offset, long length) {
    return Arrays.copyOfRange(vector, (int) offset, (int) (offset + length));
  }

  /** That a server has a group as it is to be before a step, state and all, bit for bit. */
  void assertHolds(int server, int group, long step) {
    BlockGroup held = plan.groups().get(group);
    float[] memory = new float[vectorLength()];
    for (long before = 0; before < step; before++) {
      float[] mean = mean(before);
      float scale = (float) scale(before);
      for (int i = 0; i < memory.length; i++) {
        memory[i] += scale * mean[i];
      }
    }
    float[] parameters = step == 0 ? new float[vectorLength()] : mean(step - 1);
    FakeUpdater updater = updater(server, group);
    assertBits(updater.parameters, slice(parameters, held.offset(), held.length()));
    assertBits(updater.memory, slice(memory, held.offset(), held.length()));
  }

  private static void assertBits(DirectBuffer actual, float[] expected) {
    assertThat(TreeSums.bits(TreeSums.floats(actual, 0, expected.length)))
        .isEqualTo(TreeSums.bits(expected));
  }

  /** That the worker has been sent these, right, and nothing else in this generation. */
  void assertWorkerGot(String... blocksOfSteps) {
    assertThat(worker.got).containsExactlyInAnyOrder(blocksOfSteps);
    for (String key : worker.got) {
      String[] words = key.split(" ", -1);
      Block block = plan.blocks().get(Integer.parseInt(words[1]));
      long step = Long.parseLong(words[4]);
      float[] parameters = step == 0 ? new float[vectorLength()] : mean(step - 1);
      assertThat(TreeSums.bits(require(worker.floats, key)))
          .as(key)
          .isEqualTo(TreeSums.bits(slice(parameters, block.offset(), block.length())));
    }
  }

  /** The blocks of a step in the words of {@link #assertWorkerGot}. */
  static String[] of(long step, int... blocks) {
    return Arrays.stream(blocks)
        .mapToObj(block -> "block " + block + " of step " + step)
        .toArray(String[]::new);
  }

  /** Two of those together. */
  static String[] and(String[] some, String[] others) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(others));
    return all.toArray(String[]::new);
  }

  @Override
  public void close() {
    CloseHelper.closeAll(lives.values());
    worker.close();
    for (FakeUpdaters all : updaters.values()) {
      assertThat(all.made).allMatch(updater -> updater.closed);
    }
    assertThat(net.open()).isZero();
  }
}
