package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;

/** The sum of two results. */
final class AddStage implements Stage {
  private final Kernels kernels;
  private final boolean relu;
  private final Place first;
  private final Place second;
  private final Place out;

  AddStage(Kernels kernels, Layer.Add layer, Place first, Place second, Place out) {
    this.kernels = kernels;
    this.relu = Kernels.reluFlag(layer.activation()) != 0;
    this.first = first;
    this.second = second;
    this.out = out;
  }

  @Override
  public void forward(int examples, boolean training) {
    int count = examples * out.shape().length();
    kernels
        .arguments()
        .put(count)
        .put(relu ? 1 : 0)
        .put(first.value())
        .put(second.value())
        .put(out.value());
    kernels.recorder().each("addition", count);
  }

  @Override
  public void backward(int examples) {
    pass(first, examples);
    pass(second, examples);
  }

  private void pass(Place in, int examples) {
    if (in.wantsError()) {
      int count = examples * out.shape().length();
      Place.Target target = in.plainTarget();
      kernels
          .arguments()
          .put(count)
          .put(target.addFlag())
          .put(relu ? out.value() : 0L)
          .put(out.error())
          .put(target.address());
      kernels.recorder().each("passBack", count);
    }
  }
}
