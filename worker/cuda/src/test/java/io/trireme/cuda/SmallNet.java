package io.trireme.cuda;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import java.nio.ByteBuffer;
import java.util.Random;

/** A small network with most kinds of layers, and random numbers for any network. */
final class SmallNet {
  static final int EXAMPLES = 9;

  private SmallNet() {}

  /** 2x7x6 images through convolution, normalisation, pooling and dense layers to three classes. */
  static ChainSpec spec() {
    Layer.Statistics statistics = new Layer.Statistics(1e-5f, 0.9f, true);
    return ChainSpec.builder("small", Shape.image(2, 7, 6))
        .add("conv1", new Layer.Convolution(5, Window.same(3, 1), 5, 0, Activation.IDENTITY))
        .add("norm", new Layer.BatchNorm(statistics, 95, 100, 105, 110, Activation.RELU))
        .add("pool", new Layer.Pool(true, Window.truncate(2, 2), false))
        .add("conv2", new Layer.Convolution(3, Window.same(3, 1), 118, 115, Activation.RELU))
        .add("dense", new Layer.Dense(17, 253, 253 + 27 * 17, Activation.RELU))
        .add("output", new Layer.Dense(3, 729, 729 + 51, Activation.IDENTITY))
        .add("loss", new Layer.Loss(Layer.LossKind.SOFTMAX_CROSS_ENTROPY, 1e-10f))
        .build(783);
  }

  /** Fills an engine's buffers; running deviations are near one. */
  static void fill(CudaEngine engine, ChainSpec spec, int examples) {
    Random random = new Random(5);
    normal(engine.features(), examples * spec.input().length(), random, 1);
    normal(engine.parameters(), (int) spec.parameters(), random, 0.3f);
    for (int i = 0; i < examples; i++) {
      for (int j = 0; j < spec.outputs(); j++) {
        engine.labels().putFloat(4 * (i * spec.outputs() + j), i % spec.outputs() == j ? 1 : 0);
      }
    }
  }

  private static void normal(ByteBuffer to, int count, Random random, float scale) {
    for (int i = 0; i < count; i++) {
      to.putFloat(4 * i, scale * (float) random.nextGaussian());
    }
  }

  /** A copy of values. */
  static float[] floats(ByteBuffer from, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = from.getFloat(4 * i);
    }
    return values;
  }

  /** The gradient of the small network. */
  static float[] gradient() {
    ChainSpec spec = spec();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES)) {
      fill(engine, spec, EXAMPLES);
      double loss = engine.compute(EXAMPLES, 3, 0, 1);
      if (Double.isNaN(loss)) {
        throw new IllegalStateException("the loss is no number");
      }
      return floats(engine.gradient(), (int) spec.parameters());
    }
  }
}
