package io.trireme.server.checkpoint;

import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.GroupSections;
import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.protocol.GroupUpdaters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Makes groups as a checkpoint has them. For one thread. */
public final class StoredUpdaters implements GroupUpdaters {
  private final GroupUpdaters blank;
  private final CheckpointFolder folder;
  private final long step;
  private int left;
  private @Nullable Checkpoint open;

  /**
   * Groups of a checkpoint.
   *
   * @param blank makes what they are read into
   * @param folder where the checkpoint is
   * @param step its step
   * @param groups how many will be restored, after which the files are closed
   */
  public StoredUpdaters(GroupUpdaters blank, CheckpointFolder folder, long step, int groups) {
    this.blank = blank;
    this.folder = folder;
    this.step = step;
    this.left = groups;
  }

  @Override
  public GroupUpdater first(BlockGroup group) {
    GroupUpdater updater = blank.blank(group);
    try {
      read(group, updater);
      return updater;
    } catch (IOException e) {
      updater.close();
      throw unreadable(group, e);
    } catch (RuntimeException | Error e) {
      updater.close();
      throw e;
    }
  }

  private UncheckedIOException unreadable(BlockGroup group, IOException e) {
    return new UncheckedIOException(
        String.format(
            Locale.ROOT,
            "group %d of the checkpoint of step %d: %s",
            group.index(),
            step,
            e.getMessage()),
        e);
  }

  private void read(BlockGroup group, GroupUpdater updater) throws IOException {
    long stored =
        GroupSections.read(checkpoint(), group.index(), updater.parameters(), updater.state());
    if (stored != step) {
      throw new IOException("is of step " + stored);
    }
  }

  private Checkpoint checkpoint() throws IOException {
    Checkpoint checkpoint = open;
    if (checkpoint == null) {
      checkpoint = folder.open(step);
      open = checkpoint;
    }
    return checkpoint;
  }

  @Override
  public void restore(BlockGroup group, List<MutableDirectBuffer> codecState) {
    try {
      GroupSections.readTravel(checkpoint(), group.index(), codecState);
      left--;
      if (left <= 0) {
        checkpoint().close();
        open = null;
      }
    } catch (IOException e) {
      throw unreadable(group, e);
    }
  }

  @Override
  public GroupUpdater blank(BlockGroup group) {
    return blank.blank(group);
  }
}
