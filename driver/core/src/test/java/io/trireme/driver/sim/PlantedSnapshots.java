package io.trireme.driver.sim;

import io.trireme.server.protocol.Snapshots;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Copies for checkpoints too late, or too little.
 *
 * @param stepsLate how many steps after the one that is due
 * @param withState whether with what the optimizer remembers
 */
record PlantedSnapshots(Snapshots real, int stepsLate, boolean withState) implements Snapshots {

  @Override
  public boolean isDue(long step) {
    return real.isDue(step - stepsLate);
  }

  @Override
  public void take(
      int group,
      long step,
      DirectBuffer parameters,
      List<? extends DirectBuffer> state,
      List<? extends DirectBuffer> codecState) {
    List<? extends DirectBuffer> taken =
        withState
            ? state
            : state.stream().map(part -> new UnsafeBuffer(new byte[part.capacity()])).toList();
    real.take(group, step - stepsLate, parameters, taken, codecState);
  }

  @Override
  public void complete() {
    real.complete();
  }
}
