package io.trireme.worker.local;

import io.trireme.common.config.OuterConfig;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.slots.SlotPlan;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.worker.SlotComputer;
import io.trireme.worker.engine.GradientEngine;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/** What the servers do in a round, without messages: every slot, added up, and the outer step. */
final class OuterServer implements AutoCloseable {
  private final BlockPlan plan;
  private final List<GroupOptimizer> groups = new ArrayList<>();

  OuterServer(GradientEngine engine, OuterConfig outer) {
    this(engine, OuterLayout.of(engine.layout(), outer));
  }

  OuterServer(GradientEngine engine, Layout layout) {
    plan = BlockPlan.of(layout);
    for (BlockGroup group : plan.groups()) {
      GroupOptimizer optimizer = new GroupOptimizer(layout, plan, group);
      int at = at(group);
      optimizer
          .parameters()
          .putBytes(0, engine.parameters(), at, optimizer.parameters().capacity());
      groups.add(optimizer);
    }
  }

  private static int at(BlockGroup group) {
    return Math.toIntExact(group.offset() * Float.BYTES);
  }

  /** One round or, with a computer of plain gradients, one step. */
  void round(SlotComputer computer, SlotPlan rounds, long round) {
    for (GroupOptimizer group : groups) {
      group.gradient().setMemory(0, group.gradient().capacity(), (byte) 0);
    }
    for (int slot = 0; slot < rounds.slots(); slot++) {
      if (rounds.examplesInSlot(round, slot) > 0) {
        computer.compute(round, slot);
        for (BlockGroup group : plan.groups()) {
          MutableDirectBuffer sum = groups.get(group.index()).gradient();
          for (int i = 0; i < sum.capacity(); i += Float.BYTES) {
            sum.putFloat(i, sum.getFloat(i) + computer.gradient().getFloat(at(group) + i));
          }
        }
      }
    }
    for (GroupOptimizer group : groups) {
      group.average(rounds.examplesInStep(round), rounds.filledSlots(round));
      group.update(round, rounds.epochOf(round), 1);
    }
  }

  void round(SlotComputer computer, LocalRounds plan, long round) {
    round(computer, plan.rounds(), round);
  }

  void copyTo(GradientEngine engine) {
    for (BlockGroup group : plan.groups()) {
      MutableDirectBuffer floats = groups.get(group.index()).parameters();
      engine.parameters().putBytes(at(group), floats, 0, floats.capacity());
    }
  }

  /** Takes the parameters of another. */
  void become(OuterServer other) {
    for (int i = 0; i < groups.size(); i++) {
      MutableDirectBuffer floats = groups.get(i).parameters();
      floats.putBytes(0, other.groups.get(i).parameters(), 0, floats.capacity());
    }
  }

  double parameter(int index) {
    return groups.get(0).parameters().getFloat(index * Float.BYTES);
  }

  @Override
  public void close() {
    groups.forEach(GroupOptimizer::close);
  }
}
