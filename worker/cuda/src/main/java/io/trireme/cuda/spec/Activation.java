package io.trireme.cuda.spec;

/**
 * A function of each value.
 *
 * @param kind which
 * @param alpha slope below zero of leaky ReLU, scale below zero of ELU; else unused
 */
public record Activation(Kind kind, float alpha) {
  /** The functions, with the kernels' numbers. */
  public enum Kind {
    /** x. */
    IDENTITY(0),
    /** max(x, 0). */
    RELU(1),
    /** Hyperbolic tangent. */
    TANH(2),
    /** 1 / (1 + exp(-x)). */
    SIGMOID(3),
    /** x sigmoid(1.702 x), which DL4J calls GELU. */
    GELU(4),
    /** GELU by the hyperbolic tangent. */
    GELU_TANH(5),
    /** x, below zero alpha x. */
    LEAKY_RELU(6),
    /** x, below zero alpha (exp(x) - 1). */
    ELU(7),
    /** min(max(x, 0), 6). */
    RELU6(8);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The number that the kernels know it by. */
    public int number() {
      return number;
    }
  }

  /** x. */
  public static final Activation IDENTITY = new Activation(Kind.IDENTITY, 0);

  /** max(x, 0). */
  public static final Activation RELU = new Activation(Kind.RELU, 0);

  /** One without alpha. */
  public static Activation of(Kind kind) {
    return new Activation(kind, 0);
  }

  /** Whether it can be applied where a value is made, and undone from the result alone. */
  public boolean fused() {
    return kind == Kind.IDENTITY || kind == Kind.RELU;
  }
}
