package io.trireme.server.protocol;

import java.util.List;
import org.agrona.DirectBuffer;

/** Where a server's groups go when a checkpoint is due. Called by the server's thread. */
public interface Snapshots {

  /** No step is ever due. */
  Snapshots NONE =
      new Snapshots() {
        @Override
        public boolean isDue(long step) {
          return false;
        }

        @Override
        public void take(
            int group,
            long step,
            DirectBuffer parameters,
            List<? extends DirectBuffer> state,
            List<? extends DirectBuffer> codecState) {}

        @Override
        public void complete() {}
      };

  /** Whether the state before this step is to be kept; asked often. */
  boolean isDue(long step);

  /**
   * Copies a group as it is before a step; the buffers change after the call.
   *
   * @param parameters the group's parameters
   * @param state what the optimizer remembers, in the optimizer's order
   * @param codecState what codecs remember of the group, see {@link GroupUpdaters#restore}
   */
  void take(
      int group,
      long step,
      DirectBuffer parameters,
      List<? extends DirectBuffer> state,
      List<? extends DirectBuffer> codecState);

  /** All that this server has of the steps taken so far has been taken. */
  void complete();
}
