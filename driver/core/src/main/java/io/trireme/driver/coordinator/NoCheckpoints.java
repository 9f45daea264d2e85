package io.trireme.driver.coordinator;

import io.trireme.common.message.CheckpointReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The plan of a job that writes no checkpoints: none is ever due, and none is waited for. */
public final class NoCheckpoints implements CheckpointPlan {

  /** A plan of no checkpoints. */
  public NoCheckpoints() {}

  @Override
  public long announced() {
    return 0;
  }

  @Override
  public void request() {}

  @Override
  public void reached(long step, long nowNs) {}

  @Override
  public void note(CheckpointReport report, long nowNs) {}

  @Override
  public void onTick(long nowNs) {}

  @Override
  public @Nullable Complete takeComplete() {
    return null;
  }

  @Override
  public boolean isQuiet(long nowNs, long quietNs) {
    return true;
  }

  @Override
  public List<String> takeFailures() {
    return List.of();
  }

  @Override
  public void committed(long step) {}

  @Override
  public void failed(long step) {}

  /** No step is without a checkpoint that it should have. */
  @Override
  public long committed() {
    return Long.MAX_VALUE;
  }
}
