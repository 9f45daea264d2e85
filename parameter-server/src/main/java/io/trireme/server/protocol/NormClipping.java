package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.kernels.sum.GlobalNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Clips by the global norm of the whole gradient: servers let each other have the sum of squares of
 * each of their blocks, and add all of them in the order of the blocks, so that every server finds
 * the same norm, bit for bit.
 *
 * <p>One step's shares are all that is ever under way: no worker begins the next step before every
 * group has been updated, for which its server needs all shares of the step before.
 */
final class NormClipping implements Clipping {

  private final ServerOptions options;
  private final long firstStep;

  /** The sums of squares of the step that is gathered, by block. */
  private final double[] shares;

  private final boolean[] present;
  private int missing;
  private long step;

  private final List<GroupSteps> groups = new ArrayList<>();

  /** Groups of which the gradient waits for the norm. */
  private final List<GroupSteps> unscaled = new ArrayList<>();

  /** Links to all other servers that are the primary of a group. */
  private final List<PeerLink> primaries = new ArrayList<>();

  /** Of a generation, with no groups yet. */
  NormClipping(ServerOptions options, Sessions sessions) {
    this.options = options;
    Membership membership = sessions.membership();
    firstStep = membership.step();
    shares = new double[options.plan().blocks().size()];
    present = new boolean[shares.length];
    for (ServerMember server : membership.servers()) {
      int index = server.peer().index();
      if (index != options.self().index()
          && membership.groups().stream().anyMatch(holders -> holders.primary() == index)) {
        primaries.add(sessions.server(index));
      }
    }
  }

  @Override
  public void add(GroupSteps group) {
    groups.add(group);
  }

  @Override
  public void begin() {
    boolean behind = false;
    for (GroupSteps group : groups) {
      behind |= group.step() == firstStep && !group.isScaled();
    }
    // With nothing left to scale at the first step, shares of the next may come before the last of
    // these, and belong to gradients of that step only.
    gather(behind ? firstStep : firstStep + 1);
    for (GroupSteps group : groups) {
      boolean ahead = group.step() > firstStep;
      if (ahead || group.isReduced()) {
        if (!ahead && !group.isScaled()) {
          unscaled.add(group);
        }
        share(group, firstStep);
      }
    }
    scaleIfComplete();
  }

  @Override
  public void onReduced(GroupSteps group) {
    group.measure();
    unscaled.add(group);
    share(group, group.step());
    scaleIfComplete();
  }

  private void gather(long next) {
    Arrays.fill(present, false);
    missing = shares.length;
    step = next;
  }

  /** Notes the share of a block; false if its step is not gathered or it is there already. */
  private boolean note(int block, long shareStep, double sumOfSquares) {
    if (shareStep != step || block < 0 || block >= shares.length || present[block]) {
      return false;
    }
    present[block] = true;
    shares[block] = sumOfSquares;
    missing--;
    return true;
  }

  private void share(GroupSteps group, long shareStep) {
    List<ReplicaBlock> blocks = group.blocks();
    for (int b = 0; b < blocks.size(); b++) {
      int index = blocks.get(b).index();
      double share = blocks.get(b).share();
      if (shareStep == step && !note(index, shareStep, share)) {
        throw new IllegalStateException(
            "block " + index + " has its share of step " + step + " already");
      }
      for (int i = 0; i < primaries.size(); i++) {
        primaries.get(i).share(index, shareStep, share);
      }
    }
  }

  @Override
  public boolean takeShare(int block, long shareStep, double sumOfSquares) {
    if (!note(block, shareStep, sumOfSquares)) {
      return false;
    }
    scaleIfComplete();
    return true;
  }

  private void scaleIfComplete() {
    if (missing > 0) {
      return;
    }
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    double scale = GlobalNorm.scale(sum, options.clipGlobalNorm());
    boolean number = !Double.isNaN(scale);
    if (!number && !options.skipNonFinite()) {
      throw new IllegalStateException(
          "the norm of the gradient at step "
              + step
              + " is no finite number, though each worker's part is one: training has diverged;"
              + " lower the learning rate, or warm it up");
    }
    gather(step + 1);
    for (int i = 0; i < unscaled.size(); i++) {
      if (!number) {
        unscaled.get(i).makeVoid();
      }
      unscaled.get(i).scaleBy(scale);
    }
    unscaled.clear();
  }
}
