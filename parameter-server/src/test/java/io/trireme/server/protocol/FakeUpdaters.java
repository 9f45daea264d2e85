package io.trireme.server.protocol;

import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.ArrayList;
import java.util.List;

/** Makes {@link FakeUpdater}s and keeps them for the test. */
class FakeUpdaters implements GroupUpdaters {

  /** All that were made, in that order. */
  final List<FakeUpdater> made = new ArrayList<>();

  private final double square;

  /** Of updaters that tell true sums of squares. */
  FakeUpdaters() {
    this(Double.NaN);
  }

  /** Of updaters that tell this sum of squares of every block. */
  FakeUpdaters(double square) {
    this.square = square;
  }

  @Override
  public GroupUpdater first(BlockGroup group) {
    return keep(new FakeUpdater(group));
  }

  @Override
  public GroupUpdater blank(BlockGroup group) {
    return keep(FakeUpdater.blank(group));
  }

  private FakeUpdater keep(FakeUpdater updater) {
    updater.square = square;
    made.add(updater);
    return updater;
  }

  /** The newest of a group. */
  FakeUpdater of(int group) {
    for (int i = made.size() - 1; i >= 0; i--) {
      if (made.get(i).group.index() == group) {
        return made.get(i);
      }
    }
    throw new AssertionError("no updater of group " + group);
  }
}
