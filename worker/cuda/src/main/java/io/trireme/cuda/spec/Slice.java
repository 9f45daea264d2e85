package io.trireme.cuda.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * A parameter's place in the flat vector.
 *
 * @param what its name
 * @param offset its first value
 * @param length its values
 */
public record Slice(String what, long offset, long length) {
  /** The parameters of a layer that reads an input of a shape. */
  public static List<Slice> of(Layer layer, Shape input) {
    List<Slice> slices = new ArrayList<>();
    if (layer instanceof Layer.Dense dense) {
      add(slices, "weights", dense.weights(), (long) dense.outputs() * input.length());
      add(slices, "bias", dense.bias(), dense.outputs());
    } else if (layer instanceof Layer.Convolution convolution) {
      long size = (long) convolution.outputs() * input.channels() * convolution.window().size();
      add(slices, "weights", convolution.weights(), size);
      add(slices, "bias", convolution.bias(), convolution.outputs());
    } else if (layer instanceof Layer.Embedding embedding) {
      int width = embedding.width();
      add(slices, "tokens", embedding.tokens(), (long) embedding.vocabulary() * width);
      add(slices, "positions", embedding.positions(), (long) input.channels() * width);
    } else if (layer instanceof Layer.Projection projection) {
      long size = (long) projection.outputs() * input.width();
      add(slices, "weights", projection.weights(), size);
      add(slices, "bias", projection.bias(), projection.outputs());
    } else if (layer instanceof Layer.LayerNorm norm) {
      add(slices, "gamma", norm.gamma(), input.width());
      add(slices, "beta", norm.beta(), input.width());
    } else if (layer instanceof Layer.BatchNorm norm) {
      add(slices, "gamma", norm.gamma(), input.channels());
      add(slices, "beta", norm.beta(), input.channels());
      add(slices, "mean", norm.mean(), input.channels());
      add(slices, "variance", norm.variance(), input.channels());
    }
    return slices;
  }

  private static void add(List<Slice> to, String what, long offset, long length) {
    if (offset != Layer.NONE) {
      to.add(new Slice(what, offset, length));
    }
  }

  @Override
  public String toString() {
    return what + " at " + offset + " to " + (offset + length);
  }
}
