package io.trireme.cuda.spec;

/** Counts a network's operations. */
public final class Work {
  private Work() {}

  /**
   * Multiplications and additions of products in one example's gradient: forward, gradient of
   * weights, and error of the input where a layer before learns.
   */
  public static long gradientFlops(ChainSpec spec) {
    long flops = 0;
    boolean first = true;
    for (Node node : spec.nodes()) {
      long forward = forwardFlops(node.layer(), spec.inputOf(node), node.shape());
      flops += forward * (first ? 2 : 3);
      first &= forward == 0 && !(node.layer() instanceof Layer.Embedding);
    }
    return flops;
  }

  private static long forwardFlops(Layer layer, Shape in, Shape out) {
    if (layer instanceof Layer.Dense) {
      return 2L * in.length() * out.length();
    }
    if (layer instanceof Layer.Convolution convolution) {
      return 2L * out.length() * in.channels() * convolution.window().size();
    }
    if (layer instanceof Layer.Projection) {
      return 2L * in.length() * out.width();
    }
    if (layer instanceof Layer.Attention attention) {
      long seen = (long) in.channels() * (in.channels() + (attention.causal() ? 1 : in.channels()));
      return 2L * seen * out.width();
    }
    return 0;
  }
}
