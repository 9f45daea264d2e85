package io.trireme.server.protocol;

import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/** Makes what a server holds of block groups. */
public interface GroupUpdaters {

  /** An updater with the state before the first step in it; may block while it is fetched. */
  GroupUpdater first(BlockGroup group);

  /**
   * Writes the state before the first step of how a group of {@link #first} travels, where there is
   * more than zeros and the parameters themselves; may block while it is fetched.
   *
   * @param travel the scales that contributors share, the parameters as workers have them, and what
   *     the encoders of their changes keep, as far as the job's codecs have such; in place, always
   *     in the same order
   */
  default void restore(BlockGroup group, List<MutableDirectBuffer> travel) {}

  /** An updater whose parameters and state are still to be written. */
  GroupUpdater blank(BlockGroup group);
}
