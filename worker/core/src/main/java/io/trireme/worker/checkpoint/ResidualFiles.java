package io.trireme.worker.checkpoint;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Section;
import io.trireme.common.checkpoint.StepState;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.checkpoint.write.ShardQueue;
import io.trireme.common.message.ShardReport.SlotShare;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.worker.protocol.Residual;
import io.trireme.worker.protocol.ResidualStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** The residuals of one life of a worker in the files of checkpoints. For the worker's thread. */
public final class ResidualFiles implements ResidualStore {

  private final Peer self;
  private final @Nullable ShardQueue queue;
  private final LongPredicate due;
  private final @Nullable CheckpointFolder from;
  private final long firstStep;
  private final int slots;
  private @Nullable Checkpoint open;

  /**
   * The files of a life.
   *
   * @param queue writes them, and may be shared; null if none are written
   * @param due which steps are
   * @param from where the checkpoint is with which the run begins; null if it begins anew
   * @param firstStep that checkpoint's step
   * @param slots number of slots, of all of which that checkpoint must have residuals
   */
  public ResidualFiles(
      Peer self,
      @Nullable ShardQueue queue,
      LongPredicate due,
      @Nullable CheckpointFolder from,
      long firstStep,
      int slots) {
    this.self = self;
    this.queue = queue;
    this.due = due;
    this.from = from;
    this.firstStep = firstStep;
    this.slots = slots;
  }

  @Override
  public boolean isDue(long step) {
    return queue != null && due.test(step);
  }

  @Override
  public void keep(int generation, long step, int slotFrom, int slotTo, List<Residual> residuals) {
    ShardQueue writer = queue;
    if (writer != null) {
      List<Section> sections = new ArrayList<>();
      for (Residual residual : residuals) {
        for (int part = 0; part < residual.state().size(); part++) {
          sections.add(
              Section.residual(
                  residual.block(), residual.node(), part, step, residual.state().get(part)));
        }
      }
      writer.write(self, step, new SlotShare(generation, slotFrom, slotTo), sections);
    }
  }

  @Override
  public List<TreeNode> stored() {
    if (from == null) {
      return List.of();
    }
    try {
      List<TreeNode> nodes = checkpoint(from).residualNodes();
      int next = 0;
      for (TreeNode node : nodes) {
        if (node.lo() != next) {
          break;
        }
        next = node.hi();
      }
      if (next != slots) {
        throw new BadCheckpointException(
            StepState.DAMAGED,
            "has residuals of the slots " + nodes + ", expected all " + slots + ", each once");
      }
      return nodes;
    } catch (IOException e) {
      throw unreadable("residuals", e);
    }
  }

  @Override
  public void read(Residual into) {
    if (from == null) {
      return;
    }
    try {
      Checkpoint checkpoint = checkpoint(from);
      List<StoredSection> stored = checkpoint.residualOf(into.block(), into.node());
      if (stored.size() != into.state().size()) {
        throw new BadCheckpointException(
            StepState.DAMAGED,
            "has " + stored.size() + " buffers, expected " + into.state().size());
      }
      for (int part = 0; part < stored.size(); part++) {
        checkpoint.read(stored.get(part).id(), into.state().get(part));
      }
    } catch (IOException e) {
      throw unreadable("residual of block " + into.block() + " of slots " + into.node(), e);
    }
  }

  private Checkpoint checkpoint(CheckpointFolder folder) throws IOException {
    Checkpoint known = open;
    if (known == null) {
      known = folder.open(firstStep);
      open = known;
    }
    return known;
  }

  private UncheckedIOException unreadable(String what, IOException e) {
    return new UncheckedIOException(
        String.format(
            Locale.ROOT,
            "%s: %s in the checkpoint of step %d: %s",
            self,
            what,
            firstStep,
            e.getMessage()),
        e);
  }

  @Override
  public void done() {
    Checkpoint known = open;
    open = null;
    if (known != null) {
      try {
        known.close();
      } catch (IOException e) {
        throw unreadable("residuals", e);
      }
    }
  }
}
