package io.trireme.worker.protocol;

import io.trireme.common.slots.TreeNode;
import java.util.List;

/**
 * Where the residuals of a worker go when a checkpoint is due, and come from when the run begins
 * with one. Called by the worker's thread.
 */
public interface ResidualStore {

  /** Nothing is ever due, and nothing is stored. */
  ResidualStore NONE =
      new ResidualStore() {
        @Override
        public boolean isDue(long step) {
          return false;
        }

        @Override
        public void keep(
            int generation, long step, int slotFrom, int slotTo, List<Residual> residuals) {}

        @Override
        public List<TreeNode> stored() {
          return List.of();
        }

        @Override
        public void read(Residual into) {}

        @Override
        public void done() {}
      };

  /** Whether the state before this step is to be kept; asked often. */
  boolean isDue(long step);

  /**
   * Copies residuals as they are before a step; the buffers change after the call.
   *
   * @param generation in which these slots are the worker's
   * @param slotFrom the worker's first slot
   * @param slotTo the first slot after those
   */
  void keep(int generation, long step, int slotFrom, int slotTo, List<Residual> residuals);

  /** The nodes with whose residuals the run begins, in the order of their slots; may block. */
  List<TreeNode> stored();

  /** Reads what is stored of a block of a node into the encoder's buffers; may block. */
  void read(Residual into);

  /** No more is read by this worker. */
  void done();
}
