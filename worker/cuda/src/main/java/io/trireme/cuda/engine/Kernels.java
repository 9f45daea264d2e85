package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.Activation;

/** What stages share: launches, products, and masks of errors. */
final class Kernels {
  private final Recorder recorder;
  private final Products products;
  private final long parts;

  /**
   * Over a recorder.
   *
   * @param workspace address of the sums of splits
   * @param parts address of the partial sums of normalisation
   */
  Kernels(Recorder recorder, long workspace, long parts) {
    this.recorder = recorder;
    this.products = new Products(recorder, workspace);
    this.parts = parts;
  }

  Recorder recorder() {
    return recorder;
  }

  Arguments arguments() {
    return recorder.arguments();
  }

  Products products() {
    return products;
  }

  long parts() {
    return parts;
  }

  static int reluFlag(Activation activation) {
    return activation.kind() == Activation.Kind.RELU ? Output.RELU : 0;
  }

  /** Masks a layer's error in place, if its readers could not. */
  void mask(Place out, int examples) {
    if (out.unmasked()) {
      int count = examples * out.shape().length();
      arguments().put(count).put(0).put(out.value()).put(out.error()).put(out.error());
      recorder.each("passBack", count);
    }
  }
}
