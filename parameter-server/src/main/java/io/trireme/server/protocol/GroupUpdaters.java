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
   * Writes what codecs remember of a group of {@link #first} before the first step, where that is
   * more than zeros and the parameters themselves; may block while it is fetched.
   *
   * @param codecState the scales that contributors share, the parameters as workers have them, and
   *     what the encoders of their changes keep, as far as the job's codecs have such; in place,
   *     always in the same order
   */
  default void restore(BlockGroup group, List<MutableDirectBuffer> codecState) {}

  /** An updater whose parameters and state are still to be written. */
  GroupUpdater blank(BlockGroup group);
}
