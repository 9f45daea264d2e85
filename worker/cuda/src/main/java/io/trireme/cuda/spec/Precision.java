package io.trireme.cuda.spec;

/** How products and convolutions multiply. Everything else is float, and so are all sums. */
public enum Precision {
  /** Float, in one order of sums: the same bits on every card. */
  EXACT(""),
  /**
   * Tensor cores with operands rounded to TF32 (10 bits). Bits repeat on one kind of card, and may
   * differ between kinds.
   */
  TF32("tf32_"),
  /** Tensor cores with operands rounded to bf16 (7 bits); bits as for {@link #TF32}. */
  BF16("bf16_");

  private final String prefix;

  Precision(String prefix) {
    this.prefix = prefix;
  }

  /** What the names of its kernels start with. */
  public String prefix() {
    return prefix;
  }
}
