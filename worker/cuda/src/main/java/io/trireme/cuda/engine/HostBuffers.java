package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.PinnedMemory;
import io.trireme.cuda.spec.ChainSpec;
import java.nio.ByteBuffer;

/** The pinned memory of an engine, with a view of each part that lives as long. */
public final class HostBuffers {
  private final PinnedMemory featureMemory;
  private final PinnedMemory labelMemory;
  private final PinnedMemory parameterMemory;
  private final PinnedMemory gradientMemory;
  private final PinnedMemory outputMemory;
  private final PinnedMemory lossMemory;
  private final PinnedMemory stateMemory;
  private final ByteBuffer features;
  private final ByteBuffer labels;
  private final ByteBuffer parameters;
  private final ByteBuffer gradient;
  private final ByteBuffer output;
  private final ByteBuffer losses;
  private final ByteBuffer state;

  HostBuffers(Owner owner, ChainSpec spec, int examples) {
    featureMemory = owned(owner, 4L * examples * spec.input().length());
    labelMemory = owned(owner, 4L * examples * spec.labels());
    parameterMemory = owned(owner, 4 * spec.parameters());
    gradientMemory = owned(owner, 4 * spec.parameters());
    outputMemory = owned(owner, 4L * examples * spec.outputs());
    lossMemory = owned(owner, 4L * examples * spec.losses());
    stateMemory = owned(owner, 16);
    features = featureMemory.view();
    labels = labelMemory.view();
    parameters = parameterMemory.view();
    gradient = gradientMemory.view();
    output = outputMemory.view();
    losses = lossMemory.view();
    state = stateMemory.view();
  }

  private static PinnedMemory owned(Owner owner, long bytes) {
    return owner.own(PinnedMemory.allocate(bytes));
  }

  /** {@code float [examples][features]}. */
  public ByteBuffer features() {
    return features;
  }

  /** {@code float [examples][labels]}. */
  public ByteBuffer labels() {
    return labels;
  }

  /** {@code float [parameters]}. */
  public ByteBuffer parameters() {
    return parameters;
  }

  /** {@code float [parameters]}. */
  public ByteBuffer gradient() {
    return gradient;
  }

  /** {@code float [examples][outputs]}. */
  public ByteBuffer output() {
    return output;
  }

  void state(long seed, long step, long epoch) {
    state.putLong(0, seed).putInt(8, (int) step).putInt(12, (int) epoch);
  }

  double lossSum(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += losses.getFloat(4 * i);
    }
    return sum;
  }

  PinnedMemory featureMemory() {
    return featureMemory;
  }

  PinnedMemory labelMemory() {
    return labelMemory;
  }

  PinnedMemory parameterMemory() {
    return parameterMemory;
  }

  PinnedMemory gradientMemory() {
    return gradientMemory;
  }

  PinnedMemory outputMemory() {
    return outputMemory;
  }

  PinnedMemory lossMemory() {
    return lossMemory;
  }

  PinnedMemory stateMemory() {
    return stateMemory;
  }
}
