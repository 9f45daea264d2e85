package io.trireme.driver.sim;

import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** An updater of which a {@link PlantedBug} may change one method. */
class PlantedUpdater implements GroupUpdater {

  final GroupUpdater real;

  /** One that does all as the real one does. */
  PlantedUpdater(GroupUpdater real) {
    this.real = real;
  }

  /** On a backup it makes so many updates of each. */
  static GroupUpdater repeatsOnBackups(GroupUpdater real, BooleanSupplier isBackup, int times) {
    return new PlantedUpdater(real) {
      @Override
      public void update(long step, int epoch, double scale) {
        for (int i = 0; i < (isBackup.getAsBoolean() ? times : 1); i++) {
          real.update(step, epoch, scale);
        }
      }
    };
  }

  /** What the optimizer remembers reaches no backup. */
  static GroupUpdater forgetsStateOnBackups(GroupUpdater real, BooleanSupplier isBackup) {
    return new PlantedUpdater(real) {
      @Override
      public List<MutableDirectBuffer> state() {
        if (!isBackup.getAsBoolean()) {
          return real.state();
        }
        List<MutableDirectBuffer> elsewhere = new ArrayList<>();
        real.state().forEach(part -> elsewhere.add(new UnsafeBuffer(new byte[part.capacity()])));
        return elsewhere;
      }
    };
  }

  @Override
  public MutableDirectBuffer parameters() {
    return real.parameters();
  }

  @Override
  public MutableDirectBuffer gradient() {
    return real.gradient();
  }

  @Override
  public List<MutableDirectBuffer> state() {
    return real.state();
  }

  @Override
  public void average(int examples, int filledSlots) {
    real.average(examples, filledSlots);
  }

  @Override
  public double sumOfSquares(int blockIndex) {
    return real.sumOfSquares(blockIndex);
  }

  @Override
  public void update(long step, int epoch, double scale) {
    real.update(step, epoch, scale);
  }

  @Override
  public void close() {
    real.close();
  }
}
