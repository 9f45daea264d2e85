package io.trireme.driver.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Frames;
import io.trireme.worker.local.LocalRounds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The jobs that are simulated, with what they must come to. */
final class Jobs {

  /** Blocks of different lengths, the third and fourth in one group. */
  static final BlockPlan PLAN =
      new BlockPlan(
          List.of(
              new Block(0, 0, 5, 0),
              new Block(1, 5, 7, 1),
              new Block(2, 12, 64, 2),
              new Block(3, 76, 9, 2),
              new Block(4, 85, 33, 3),
              new Block(5, 118, 2, 4)),
          List.of(
              new BlockGroup(0, 0, 1, 0, 5),
              new BlockGroup(1, 1, 1, 5, 7),
              new BlockGroup(2, 2, 2, 12, 73),
              new BlockGroup(3, 4, 1, 85, 33),
              new BlockGroup(4, 5, 1, 118, 2)));

  /** A block that travels in two frames, so that sessions may end in the middle of one. */
  private static final int TWO_FRAMES = Frames.MAX_PAYLOAD_BYTES / Float.BYTES + 3;

  private static final BlockPlan WIDE = plan(TWO_FRAMES, 6, 31, 4);

  /** Enough groups for many servers. */
  private static final BlockPlan MANY = plan(3, 9, 4, 16, 2, 7, 5, 11, 8, 3, 6, 2);

  static final Oracle EXACT = new Oracle(PLAN, new SlotPlan(40, 8, 4), 12, 0, true);

  static final List<Oracle> SMALL =
      List.of(
          new Oracle(PLAN, new SlotPlan(23, 8, 5), 8, 0, false),
          new Oracle(PLAN, new SlotPlan(19, 8, 5), 8, 3.0, false),
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 12, 0, false),
          new Oracle(PLAN, new SlotPlan(31, 16, 8), 6, 3.0, false),
          new Oracle(WIDE, new SlotPlan(23, 8, 4), 5, 0, false));

  static final List<Oracle> BROAD =
      List.of(
          new Oracle(MANY, new SlotPlan(47, 16, 12), 60, 0, false),
          new Oracle(MANY, new SlotPlan(64, 16, 16), 40, 3.0, false),
          new Oracle(PLAN, new SlotPlan(61, 16, 16), 24, 3.0, false));

  static final List<Oracle> SHORT =
      List.of(
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 5, 3.0, false),
          new Oracle(MANY, new SlotPlan(31, 8, 4), 4, 0, false));

  static final List<Oracle> LOCAL =
      List.of(
          Oracle.ofRounds(PLAN, LocalRounds.of(61, 8, 5, 3), 6),
          Oracle.ofRounds(PLAN, LocalRounds.of(40, 4, 4, 2), 10));

  static final List<Oracle> VOIDS =
      List.of(
          Oracle.ofVoids(PLAN, new SlotPlan(40, 8, 4), 12, 0, 3),
          Oracle.ofVoids(PLAN, new SlotPlan(23, 8, 5), 10, 3.0, 2));

  static final List<Oracle> LONG =
      List.of(
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 20, 0, false),
          new Oracle(PLAN, new SlotPlan(19, 8, 5), 16, 3.0, false),
          Oracle.ofRounds(PLAN, LocalRounds.of(61, 8, 5, 3), 14));

  static final List<Oracle> BACKUPS =
      List.of(
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 16, 0, false),
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 16, 3.0, false),
          new Oracle(WIDE, new SlotPlan(23, 8, 4), 12, 0, false),
          new Oracle(MANY, new SlotPlan(31, 8, 4), 14, 3.0, false));

  private Jobs() {}

  static Oracle pick(List<Oracle> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }

  /** Blocks of these lengths, each a group of its own. */
  private static BlockPlan plan(int... lengths) {
    List<Block> blocks = new ArrayList<>();
    List<BlockGroup> groups = new ArrayList<>();
    int offset = 0;
    for (int i = 0; i < lengths.length; i++) {
      blocks.add(new Block(i, offset, lengths[i], i));
      groups.add(new BlockGroup(i, i, 1, offset, lengths[i]));
      offset += lengths[i];
    }
    return new BlockPlan(blocks, groups);
  }
}
