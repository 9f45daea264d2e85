package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.Layer;
import org.jspecify.annotations.Nullable;

/** Batch normalisation, with what is added to it and the activation that follows. */
final class NormStage implements Stage {
  private static final int CHUNK = 4096;
  private static final int THREADS = 256;
  private static final Place.Target NOWHERE = new Place.Target(0, false, 0);

  private final Kernels kernels;
  private final Layer.BatchNorm layer;
  private final Vectors vectors;
  private final Place in;
  private final @Nullable Place residual;
  private final Place out;
  private final long saved;

  NormStage(
      Kernels kernels,
      Layer.BatchNorm layer,
      Vectors vectors,
      Place in,
      @Nullable Place residual,
      Place out,
      long saved) {
    this.kernels = kernels;
    this.layer = layer;
    this.vectors = vectors;
    this.in = in;
    this.residual = residual;
    this.out = out;
    this.saved = saved;
  }

  /** Bytes of the partial sums of a layer. */
  static long partsBytes(int examples, int channels, int plane) {
    return 8L * channels * Recorder.blocks(examples * plane, CHUNK);
  }

  @Override
  public void forward(int examples, boolean training) {
    long residualValue = residual == null ? 0 : residual.value();
    if (!training) {
      Arguments a = norm(examples).put(in.value());
      affine(a).put(vectors.parameter(layer.mean())).put(vectors.parameter(layer.variance()));
      a.put(residualValue).put(out.value());
      launch("normInfer", examples);
      return;
    }
    norm(examples).put(in.value()).put(kernels.parts());
    launch("normSums", examples);
    Arguments a = norm(examples).put(in.value()).put(kernels.parts());
    affine(a).put(vectors.parameter(layer.mean())).put(vectors.parameter(layer.variance()));
    a.put(saved).put(vectors.gradientOf(layer.mean())).put(vectors.gradientOf(layer.variance()));
    a.put(residualValue).put(out.value());
    launch("normApply", examples);
  }

  @Override
  public void backward(int examples) {
    norm(examples)
        .put(in.value())
        .put(saved)
        .put(out.value())
        .put(out.error())
        .put(kernels.parts());
    launch("normBackSums", examples);
    Place.Target input = in.wantsError() ? in.plainTarget() : NOWHERE;
    Place.Target added =
        residual != null && residual.wantsError() ? residual.plainTarget() : NOWHERE;
    Arguments a = norm(examples);
    a.put(input.addFlag()).put(added.addFlag()).put(in.value()).put(saved);
    a.put(vectors.parameter(layer.gamma())).put(kernels.parts()).put(out.value());
    a.put(out.error()).put(vectors.gradientOf(layer.gamma())).put(vectors.gradientOf(layer.beta()));
    a.put(added.address()).put(input.address());
    launch("normBack", examples);
  }

  private Arguments affine(Arguments a) {
    return a.put(vectors.parameter(layer.gamma())).put(vectors.parameter(layer.beta()));
  }

  private void launch(String kernel, int examples) {
    int chunks = Recorder.blocks(examples * in.shape().plane(), CHUNK);
    kernels.recorder().launch(kernel, chunks, in.shape().channels(), 1, THREADS);
  }

  private Arguments norm(int examples) {
    Arguments a = kernels.arguments();
    int count = examples * in.shape().plane();
    a.next().field(in.shape().channels()).field(count);
    a.field(CHUNK).field(Recorder.blocks(count, CHUNK));
    a.field(layer.statistics().epsilon()).field(layer.statistics().decay());
    a.field(layer.statistics().logDeviation() ? 1 : 0);
    return a.field(Kernels.reluFlag(layer.activation())).divisor(in.shape().plane());
  }
}
