package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.kernels.sum.GlobalNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Clips by the global norm of the whole gradient: servers let each other have the sum of squares of
 * each of their blocks, and add all of them in the order of the blocks, so that every server finds
 * the same norm, bit for bit.
 *
 * <p>Two steps' shares may be under way: a server that is done with a step may be sent all that it
 * needs for the next one while others still wait for shares of the step before.
 */
final class NormClipping implements Clipping {

  /** The shares of one step. */
  private static final class Gathered {
    final double[] sumsOfSquares;
    final boolean[] present;
    int missing;

    Gathered(int blocks) {
      sumsOfSquares = new double[blocks];
      present = new boolean[blocks];
      missing = blocks;
    }

    void clear() {
      Arrays.fill(present, false);
      missing = present.length;
    }
  }

  private final ServerOptions options;
  private final ServerRules rules;
  private final long firstStep;
  private final int blocks;

  /** The first step of which shares are missing. */
  private long step;

  /** The shares of that step. */
  private Gathered now;

  /** Those of the step after. */
  private Gathered next;

  private final List<GroupSteps> groups = new ArrayList<>();

  /** Groups of which the gradient waits for the norm of its step. */
  private final List<GroupSteps> unscaled = new ArrayList<>();

  /** Links to all other servers that are the primary of a group. */
  private final List<PeerLink> primaries = new ArrayList<>();

  /** Of a generation, with no groups yet. */
  NormClipping(ServerOptions options, ServerRules rules, Sessions sessions) {
    this.rules = rules;
    this.options = options;
    Membership membership = sessions.membership();
    firstStep = membership.step();
    step = firstStep;
    blocks = options.plan().blocks().size();
    now = new Gathered(blocks);
    next = new Gathered(blocks);
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

  /** Shares what is known of the generation's first step, and of the next where that is open. */
  @Override
  public void begin() {
    for (GroupSteps group : groups) {
      if (group.step() > firstStep) {
        share(group, firstStep);
      }
      if (group.isReduced()) {
        share(group, group.step());
        if (!group.isScaled()) {
          unscaled.add(group);
        }
      }
    }
    scaleWhatIsComplete();
  }

  @Override
  public void onReduced(GroupSteps group) {
    group.measure();
    unscaled.add(group);
    share(group, group.step());
    scaleWhatIsComplete();
  }

  private @Nullable Gathered of(long shareStep) {
    return shareStep == step ? now : shareStep == step + 1 ? next : null;
  }

  /** Notes the share of a block; false if its step is not gathered or it is there already. */
  private boolean note(int block, long shareStep, double sumOfSquares) {
    Gathered gathered = of(shareStep);
    if (gathered == null || block < 0 || block >= blocks || gathered.present[block]) {
      return false;
    }
    gathered.present[block] = true;
    gathered.sumsOfSquares[block] = sumOfSquares;
    gathered.missing--;
    return true;
  }

  private void share(GroupSteps group, long shareStep) {
    List<ReplicaBlock> own = group.blocks();
    for (int b = 0; b < own.size(); b++) {
      int index = own.get(b).index();
      double share = own.get(b).share(rules.stepOfShare(shareStep));
      if (!note(index, shareStep, share)) {
        throw new IllegalStateException(
            "block "
                + index
                + " has its share of step "
                + shareStep
                + " already, or step "
                + step
                + " is not over");
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
    scaleWhatIsComplete();
    return true;
  }

  private void scaleWhatIsComplete() {
    while (now.missing == 0) {
      double scale = scale();
      long scaled = step;
      Gathered done = now;
      now = next;
      next = done;
      done.clear();
      step++;
      scaleAll(scaled, scale);
    }
  }

  private double scale() {
    double sum = 0;
    for (double share : now.sumsOfSquares) {
      sum += share;
    }
    double scale = GlobalNorm.scale(sum, options.clipGlobalNorm());
    if (Double.isNaN(scale) && !options.skipNonFinite()) {
      throw new IllegalStateException(
          "the norm of the gradient at step "
              + step
              + " is no finite number, though each worker's part is one: training has diverged;"
              + " lower the learning rate, or warm it up");
    }
    return scale;
  }

  private void scaleAll(long scaled, double scale) {
    for (int i = unscaled.size() - 1; i >= 0; i--) {
      GroupSteps group = unscaled.get(i);
      if (group.step() == scaled) {
        unscaled.remove(i);
        if (Double.isNaN(scale)) {
          group.makeVoid();
        }
        group.scaleBy(scale);
      }
    }
  }
}
