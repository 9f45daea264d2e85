package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import java.util.ArrayList;
import java.util.List;

/**
 * Clips by the global norm of the whole gradient: servers let each other have the sum of squares of
 * each of their blocks.
 */
final class NormClipping implements Clipping {

  private final ServerOptions options;
  private final long firstStep;
  private final NormExchange norms;
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
    norms = new NormExchange(options.plan().blocks().size());
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
    norms.open(behind ? firstStep : firstStep + 1);
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

  private void share(GroupSteps group, long step) {
    List<ReplicaBlock> blocks = group.blocks();
    for (int b = 0; b < blocks.size(); b++) {
      int index = blocks.get(b).index();
      double share = blocks.get(b).share();
      if (step == norms.step() && !norms.note(index, step, share)) {
        throw new IllegalStateException(
            "block " + index + " has its share of step " + step + " already");
      }
      for (int i = 0; i < primaries.size(); i++) {
        primaries.get(i).share(index, step, share);
      }
    }
  }

  @Override
  public boolean takeShare(int block, long step, double sumOfSquares) {
    if (!norms.note(block, step, sumOfSquares)) {
      return false;
    }
    scaleIfComplete();
    return true;
  }

  private void scaleIfComplete() {
    if (!norms.isComplete()) {
      return;
    }
    long step = norms.step();
    double scale = norms.finish(options.clipGlobalNorm());
    boolean number = !Double.isNaN(scale);
    if (!number && !options.skipNonFinite()) {
      throw new IllegalStateException(
          "the norm of the gradient at step "
              + step
              + " is no finite number, though each worker's part is one: training has diverged;"
              + " lower the learning rate, or warm it up");
    }
    for (int i = 0; i < unscaled.size(); i++) {
      if (!number) {
        unscaled.get(i).makeVoid();
      }
      unscaled.get(i).scaleBy(scale);
    }
    unscaled.clear();
  }
}
