package io.trireme.driver.coordinator;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.message.CheckpointReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells servers when to keep their state, and which shards make a checkpoint. The driver commits
 * what is complete.
 */
public interface CheckpointPlan {

  /** All shards of a checkpoint. */
  record Complete(long step, List<CheckpointShard> files) {
    public Complete {
      files = List.copyOf(files);
    }
  }

  /** The step to keep next, besides the last one; 0 if none. */
  long announced();

  /** Asks for a checkpoint as soon as there can be one. */
  void request();

  /** Notes that a worker has got to a step. */
  void reached(long step, long nowNs);

  /** Takes what an executor reports. */
  void note(CheckpointReport report, long nowNs);

  /** Gives up what was missed, and announces what is due. */
  void onTick(long nowNs);

  /** A checkpoint of which all shards are there, once; null if there is none. */
  @Nullable Complete takeComplete();

  /** Whether no more of a checkpoint is to be expected: there was no news for so long. */
  boolean isQuiet(long nowNs, long quietNs);

  /** What could not be written since the last call. */
  List<String> takeFailures();

  /** The step has a checkpoint now. */
  void committed(long step);

  /** The step has no checkpoint, and will have none in this run. */
  void failed(long step);

  /** The newest step that has a checkpoint; the first step of the run before there is one. */
  long committed();
}
