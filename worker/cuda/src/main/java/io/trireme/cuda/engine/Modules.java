package io.trireme.cuda.engine;

import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.driver.Module;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.spec.Precision;

/** The loaded kernels: one module, or a second one with the products by tensor cores. */
final class Modules {
  private static final int TENSOR_CORES = 80;

  private final Module plain;
  private final Module products;
  private final String prefix;

  private Modules(Module plain, Module products, String prefix) {
    this.plain = plain;
    this.products = products;
    this.prefix = prefix;
  }

  /**
   * Loads what a precision needs.
   *
   * @param capability ten times the card's compute capability
   * @throws CudaException if the card has no tensor cores for it, or refuses the text
   */
  static Modules load(Owner owner, Precision precision, int capability) {
    if (precision != Precision.EXACT && capability < TENSOR_CORES) {
      throw new CudaException(
          0,
          "math "
              + precision
              + " needs compute capability 8.0 or newer, and this card has "
              + capability / 10
              + "."
              + capability % 10
              + ": use math EXACT");
    }
    Module plain = owner.own(Module.load(KernelText.bytes()));
    Module products =
        precision == Precision.EXACT ? plain : owner.own(Module.load(KernelText.tensor()));
    return new Modules(plain, products, precision.prefix());
  }

  boolean tensor() {
    return products != plain;
  }

  long plain(String kernel) {
    return plain.function(kernel);
  }

  long product(String kernel) {
    return products.function(prefix + kernel);
  }
}
