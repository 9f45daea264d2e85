package io.trireme.driver.run;

import io.trireme.driver.spark.CoordinatorGuard;

/** What commits the checkpoints of a run while it trains. */
interface CheckpointCommits extends AutoCloseable {

  /** For runs that write none. */
  CheckpointCommits NONE =
      new CheckpointCommits() {
        @Override
        public boolean areWritten() {
          return false;
        }

        @Override
        public void turn(CoordinatorGuard run) {}

        @Override
        public boolean isIdle() {
          return true;
        }

        @Override
        public void close() {}
      };

  /** Whether the run writes checkpoints at all. */
  boolean areWritten();

  /**
   * Tells of what has been committed, and begins the next commit if there is one.
   *
   * @throws io.trireme.driver.api.result.TrainingFailedException if the lease is lost
   */
  void turn(CoordinatorGuard run) throws InterruptedException;

  /** Whether no commit is under way. */
  boolean isIdle();

  /** Waits for a commit that is under way. */
  @Override
  void close();
}
