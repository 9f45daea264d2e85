package io.trireme.cuda.check;

import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Node;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Slice;
import java.nio.ByteBuffer;

/** Minibatches and parameters that are the same on every machine, by SplitMix64. */
public final class Numbers {
  private long state;

  private Numbers(long seed) {
    this.state = seed;
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  private float unit() {
    return (next() >>> 40) * 0x1p-24f;
  }

  /** Writes features in [0, 1), or tokens. */
  public static void features(ByteBuffer to, ChainSpec spec, int examples) {
    int count = examples * spec.input().length();
    if (spec.nodes().get(0).layer() instanceof Layer.Embedding embedding) {
      numbers(to, count, embedding.vocabulary(), 1);
      return;
    }
    Numbers numbers = new Numbers(1);
    for (int i = 0; i < count; i++) {
      to.putFloat(4 * i, numbers.unit());
    }
  }

  private static void numbers(ByteBuffer to, int count, int below, long seed) {
    Numbers numbers = new Numbers(seed);
    for (int i = 0; i < count; i++) {
      to.putFloat(4 * i, (int) Math.floorMod(numbers.next(), (long) below));
    }
  }

  /** Writes one-hot labels, or the numbers of classes. */
  public static void labels(ByteBuffer to, ChainSpec spec, int examples) {
    if (spec.loss().kind() == Layer.LossKind.CLASS_CROSS_ENTROPY) {
      numbers(to, examples * spec.labels(), spec.outputs() / spec.losses(), 2);
      return;
    }
    Numbers numbers = new Numbers(2);
    int classes = spec.outputs();
    for (int i = 0; i < examples; i++) {
      int label = (int) Math.floorMod(numbers.next(), (long) classes);
      for (int j = 0; j < classes; j++) {
        to.putFloat(4 * (i * classes + j), j == label ? 1 : 0);
      }
    }
  }

  /** Writes values of many magnitudes around zero, some of them zero. */
  static void gradient(ByteBuffer to, int count, long step) {
    Numbers numbers = new Numbers(3 + step);
    for (int i = 0; i < count; i++) {
      float u = 2 * numbers.unit() - 1;
      to.putFloat(4 * i, i % 5000 < 100 ? 0 : u * u * u * (i / 1024 % 3 + 1));
    }
  }

  /** Writes a start: weights by He et al.'s bound, scales near one, small biases. */
  public static void parameters(ByteBuffer to, ChainSpec spec) {
    for (Node node : spec.nodes()) {
      Shape in = spec.inputOf(node);
      for (Slice slice : Slice.of(node.layer(), in)) {
        Numbers numbers = new Numbers(1000 + slice.offset());
        for (long i = slice.offset(); i < slice.offset() + slice.length(); i++) {
          float u = 2 * numbers.unit() - 1;
          to.putFloat(Math.toIntExact(4 * i), value(node.layer(), slice, in, u));
        }
      }
    }
  }

  private static float value(Layer layer, Slice slice, Shape in, float u) {
    return switch (slice.what()) {
      case "weights" -> {
        int fan =
            layer instanceof Layer.Convolution convolution
                ? in.channels() * convolution.window().size()
                : layer instanceof Layer.Projection ? in.width() : in.length();
        yield u * (float) Math.sqrt(6.0 / fan);
      }
      case "gamma" -> 1 + 0.2f * u;
      case "tokens" -> u;
      default -> 0.1f * u;
    };
  }
}
