package io.trireme.cuda.check;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;

/** Networks over sequences: blocks of causal attention and two projections, as in GPT-2. */
final class Transformers {
  private final Layout layout = new Layout();
  private final ChainSpec.Builder builder;
  private final int width;
  private final int wide;

  private Transformers(String name, int vocabulary, int positions, int width, int wider) {
    this.width = width;
    this.wide = wider * width;
    this.builder =
        ChainSpec.builder(name, Shape.vector(positions))
            .add("tokens", layout.embedding(vocabulary, positions, width));
  }

  /** 4 blocks, width 128, 4 heads, 128 positions, 65 characters. */
  static ChainSpec transformer() {
    Transformers made = new Transformers("transformer", 65, 128, 128, 4);
    String last = "tokens";
    for (int i = 0; i < 4; i++) {
      last = made.block("b" + i, last, 4, true);
    }
    return made.end(65);
  }

  /** Every kernel over few values: heads of 72, 36 and 9, the last not causal. */
  static ChainSpec tiny() {
    Transformers made = new Transformers("tinytext", 11, 41, 72, 1);
    String last = made.block("b0", "tokens", 1, true);
    last = made.block("b1", last, 2, true);
    made.block("b2", last, 8, false);
    return made.end(11);
  }

  private String block(String name, String from, int heads, boolean causal) {
    builder
        .addReading(name + "-norm1", layout.layerNorm(width), from)
        .add(name + "-packed", layout.projection(width, 3 * width, Activation.IDENTITY))
        .add(name + "-attention", new Layer.Attention(heads, causal))
        .add(name + "-mixed", layout.projection(width, width, Activation.IDENTITY))
        .addReading(name + "-sum1", new Layer.Add(Activation.IDENTITY), name + "-mixed", from)
        .add(name + "-norm2", layout.layerNorm(width))
        .add(name + "-wide", layout.projection(width, wide, Activation.of(Activation.Kind.GELU)))
        .add(name + "-narrow", layout.projection(wide, width, Activation.IDENTITY))
        .addReading(
            name + "-sum2", new Layer.Add(Activation.IDENTITY), name + "-narrow", name + "-sum1");
    return name + "-sum2";
  }

  private ChainSpec end(int vocabulary) {
    return builder
        .add("norm", layout.layerNorm(width))
        .add("output", layout.projection(width, vocabulary, Activation.IDENTITY))
        .add("loss", new Layer.Loss(Layer.LossKind.CLASS_CROSS_ENTROPY, 0))
        .build(layout.length());
  }
}
