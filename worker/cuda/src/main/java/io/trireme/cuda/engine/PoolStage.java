package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Window;

/** Pooling; {@code chosen} keeps which value of each window was the highest. */
final class PoolStage implements Stage {
  private final Kernels kernels;
  private final Layer.Pool layer;
  private final Place in;
  private final Place out;
  private final long chosen;

  PoolStage(Kernels kernels, Layer.Pool layer, Place in, Place out, long chosen) {
    this.kernels = kernels;
    this.layer = layer;
    this.in = in;
    this.out = out;
    this.chosen = chosen;
  }

  @Override
  public void forward(int examples, boolean training) {
    int count = examples * out.shape().length();
    Arguments a = kernels.arguments().put(count);
    pool(a).put(in.value()).put(out.value());
    if (layer.maximum()) {
      a.put(chosen);
    }
    kernels.recorder().each(layer.maximum() ? "maxPool" : "averagePool", count);
  }

  @Override
  public void backward(int examples) {
    if (!in.wantsError()) {
      return;
    }
    Place.Target target = in.target();
    int count = examples * in.shape().length();
    Arguments a = pool(kernels.arguments().put(count)).put(target.addFlag()).put(out.error());
    if (layer.maximum()) {
      a.put(chosen);
    }
    a.put(target.mask()).put(target.address());
    kernels.recorder().each(layer.maximum() ? "maxPoolBack" : "averagePoolBack", count);
  }

  private Arguments pool(Arguments a) {
    Window w = layer.window();
    int height = in.shape().height();
    int width = in.shape().width();
    a.next().field(height).field(width).field(w.height()).field(w.width());
    a.field(w.stride().y()).field(w.stride().x()).field(w.padTop(height)).field(w.padLeft(width));
    a.field(w.dilation().y()).field(w.dilation().x());
    a.field(out.shape().height()).field(out.shape().width()).field(layer.countsPadding() ? 1 : 0);
    a.divisor(out.shape().plane()).divisor(out.shape().width());
    a.divisor(in.shape().plane()).divisor(width);
    return a.divisor(w.stride().y()).divisor(w.stride().x());
  }
}
