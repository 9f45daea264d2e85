package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.Layer;

/** Layers that work on each value alone: an activation, or dropout. */
abstract sealed class ElementStage implements Stage {
  final Kernels kernels;
  final Place in;
  final Place out;

  private ElementStage(Kernels kernels, Place in, Place out) {
    this.kernels = kernels;
    this.in = in;
    this.out = out;
  }

  final int count(int examples) {
    return examples * in.shape().length();
  }

  /** An activation that is not part of another layer. */
  static final class Activate extends ElementStage {
    private final Activation activation;

    Activate(Kernels kernels, Activation activation, Place in, Place out) {
      super(kernels, in, out);
      this.activation = activation;
    }

    @Override
    public void forward(int examples, boolean training) {
      int count = count(examples);
      Arguments a = kernels.arguments().put(count).put(activation.kind().number());
      a.put(activation.alpha()).put(in.value()).put(out.value());
      kernels.recorder().each("activation", count);
    }

    @Override
    public void backward(int examples) {
      if (in.wantsError()) {
        int count = count(examples);
        Place.Target target = in.plainTarget();
        Arguments a = kernels.arguments().put(count).put(activation.kind().number());
        a.put(activation.alpha()).put(target.addFlag()).put(in.value()).put(out.error());
        a.put(target.address());
        kernels.recorder().each("activationBack", count);
      }
    }
  }

  /** Dropout: the same words of the generator in both directions. */
  static final class Dropout extends ElementStage {
    private final int layer;
    private final long state;
    private final int bound;
    private final float scale;

    Dropout(Kernels kernels, Layer.Dropout layer, int number, long state, Place in, Place out) {
      super(kernels, in, out);
      this.layer = number;
      this.state = state;
      this.bound = (int) Math.min(0xFFFFFFFFL, Math.round(layer.retain() * 0x1p32));
      this.scale = (float) (1 / layer.retain());
    }

    @Override
    public void forward(int examples, boolean training) {
      int count = count(examples);
      if (training) {
        launch(count, 0, in.value(), out.value());
      } else {
        kernels.arguments().put(count).put(0).put(0L).put(in.value()).put(out.value());
        kernels.recorder().each("passBack", count);
      }
    }

    @Override
    public void backward(int examples) {
      if (in.wantsError()) {
        Place.Target target = in.plainTarget();
        launch(count(examples), target.addFlag(), out.error(), target.address());
      }
    }

    private void launch(int count, int add, long from, long to) {
      Arguments a = kernels.arguments().put(count).put(layer).put(bound).put(scale).put(add);
      a.put(state).put(from).put(to);
      kernels.recorder().each("dropout", Recorder.blocks(count, 4));
    }
  }
}
