package io.trireme.cuda.check;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Networks over sequences in double precision, in the plainest way: a gradient to compare with,
 * since DL4J has no attention that looks back only. Parameters and gradient are the flat vector.
 */
public final class SequenceReference {
  private final ChainSpec spec;
  private final double[] parameters;
  private final double[] gradient;
  private final double[][] values;
  private final double[][] errors;
  private final double[] features;
  private double loss;

  private SequenceReference(ChainSpec spec, float[] parameters, float[] features) {
    this.spec = spec;
    this.parameters = doubles(parameters);
    this.features = doubles(features);
    this.gradient = new double[parameters.length];
    this.values = new double[spec.nodes().size()][];
    this.errors = new double[spec.nodes().size()][];
  }

  private static double[] doubles(float[] from) {
    double[] to = new double[from.length];
    Arrays.setAll(to, i -> from[i]);
    return to;
  }

  /**
   * The sum over a minibatch.
   *
   * @param loss of all positions
   * @param gradient of the flat vector
   * @param output probabilities, example by example
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Result(double loss, double[] gradient, double[] output) {}

  /** Loss and gradient of a minibatch. */
  public static Result of(
      ChainSpec spec, float[] parameters, float[] features, float[] labels, int examples) {
    double[] gradient = new double[parameters.length];
    double[] output = new double[examples * spec.outputs()];
    double loss = 0;
    int inputs = spec.input().length();
    for (int n = 0; n < examples; n++) {
      float[] x = Arrays.copyOfRange(features, n * inputs, (n + 1) * inputs);
      SequenceReference one = new SequenceReference(spec, parameters, x);
      one.forward();
      one.backward(Arrays.copyOfRange(labels, n * spec.labels(), (n + 1) * spec.labels()));
      loss += one.loss;
      Arrays.setAll(gradient, i -> gradient[i] + one.gradient[i]);
      double[] probabilities = one.values[one.values.length - 1];
      System.arraycopy(probabilities, 0, output, n * spec.outputs(), spec.outputs());
    }
    return new Result(loss, gradient, output);
  }

  /** What a card is compared with: no other float gradient is known. */
  static Fixture fixture(String name, int examples) {
    ChainSpec of = Networks.of(name);
    float[] parameters = floats(b -> Numbers.parameters(b, of), (int) of.parameters());
    float[] features =
        floats(b -> Numbers.features(b, of, examples), examples * of.input().length());
    float[] labels = floats(b -> Numbers.labels(b, of, examples), examples * of.labels());
    Result result = of(of, parameters, features, labels, examples);
    float[] gradient = new float[parameters.length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) result.gradient()[i];
    }
    return new Fixture(new Fixture.Minibatch(examples, result.loss()), Double.NaN, "", gradient);
  }

  private static float[] floats(Consumer<ByteBuffer> writer, int count) {
    ByteBuffer memory = ByteBuffer.allocate(4 * count).order(ByteOrder.nativeOrder());
    writer.accept(memory);
    float[] values = new float[count];
    memory.asFloatBuffer().get(values);
    return values;
  }

  private double[] value(int node) {
    return node == Node.FEATURES ? features : values[node];
  }

  private void forward() {
    List<Node> nodes = spec.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      values[i] = new double[node.shape().length()];
      errors[i] = new double[node.shape().length()];
      double[] in = value(node.inputs().get(0));
      int width = node.shape().width();
      int wide = spec.inputOf(node).width();
      if (node.layer() instanceof Layer.Embedding embedding) {
        for (int k = 0; k < values[i].length; k++) {
          int token = (int) in[k / width];
          values[i][k] = at(embedding.tokens(), token * width + k % width, 0);
          values[i][k] += at(embedding.positions(), k, 0);
        }
      } else if (node.layer() instanceof Layer.Projection layer) {
        for (int k = 0; k < values[i].length; k++) {
          double sum = at(layer.bias(), k % width, 0);
          for (int j = 0; j < wide; j++) {
            sum += in[k / width * wide + j] * at(layer.weights(), k % width * wide + j, 0);
          }
          values[i][k] = activated(layer.activation(), sum);
        }
      } else if (node.layer() instanceof Layer.LayerNorm layer) {
        for (int k = 0; k < values[i].length; k++) {
          double[] row = statistics(in, k / width, width, layer.epsilon());
          double normal = (in[k] - row[0]) * row[1];
          values[i][k] = normal * at(layer.gamma(), k % width, 1) + at(layer.beta(), k % width, 0);
        }
      } else if (node.layer() instanceof Layer.Attention layer) {
        attend(layer, node, in, i, false);
      } else if (node.layer() instanceof Layer.Add) {
        double[] other = value(node.inputs().get(1));
        Arrays.setAll(values[i], k -> in[k] + other[k]);
      } else if (node.layer() instanceof Layer.Loss) {
        for (int row = 0; row < node.shape().channels(); row++) {
          softmax(in, row * width, width, values[i]);
        }
      } else {
        throw new IllegalStateException("no reference for " + node.layer());
      }
    }
  }

  private double at(long parameter, int index, double otherwise) {
    return parameter == Layer.NONE ? otherwise : parameters[(int) parameter + index];
  }

  private void learn(long parameter, int index, double slope) {
    if (parameter != Layer.NONE) {
      gradient[(int) parameter + index] += slope;
    }
  }

  private static double activated(Activation activation, double x) {
    return switch (activation.kind()) {
      case IDENTITY -> x;
      case RELU -> Math.max(x, 0);
      case GELU -> x / (1 + Math.exp(-1.702 * x));
      default -> throw new IllegalStateException("no reference for " + activation);
    };
  }

  private static double slope(Activation activation, double x) {
    if (activation.kind() == Activation.Kind.GELU) {
      double s = 1 / (1 + Math.exp(-1.702 * x));
      return s + 1.702 * x * s * (1 - s);
    }
    return activation.kind() == Activation.Kind.RELU && x <= 0 ? 0 : 1;
  }

  private static double[] statistics(double[] x, int row, int width, double epsilon) {
    double mean = 0;
    double variance = 0;
    for (int j = 0; j < width; j++) {
      mean += x[row * width + j] / width;
    }
    for (int j = 0; j < width; j++) {
      variance += Math.pow(x[row * width + j] - mean, 2) / width;
    }
    return new double[] {mean, 1 / Math.sqrt(variance + epsilon)};
  }

  private static void softmax(double[] x, int from, int count, double[] to) {
    double top = Arrays.stream(x, from, from + count).max().orElseThrow();
    double sum = 0;
    for (int j = from; j < from + count; j++) {
      to[j] = Math.exp(x[j] - top);
      sum += to[j];
    }
    for (int j = from; j < from + count; j++) {
      to[j] /= sum;
    }
  }

  /** Both directions of attention: what a query sees of each key is made anew in each. */
  private void attend(Layer.Attention layer, Node node, double[] in, int number, boolean back) {
    int positions = node.shape().channels();
    int width = node.shape().width();
    int head = width / layer.heads();
    double scale = 1 / Math.sqrt(head);
    for (int h = 0; h < layer.heads(); h++) {
      for (int q = 0; q < positions; q++) {
        int seen = layer.causal() ? q + 1 : positions;
        double[] weights = new double[seen];
        int query = q * 3 * width + h * head;
        for (int k = 0; k < seen; k++) {
          int key = k * 3 * width + width + h * head;
          for (int c = 0; c < head; c++) {
            weights[k] += in[query + c] * in[key + c] * scale;
          }
        }
        softmax(weights.clone(), 0, seen, weights);
        int out = q * width + h * head;
        if (back) {
          attendBack(node, weights, new int[] {query, out, head, width, h}, scale, number);
          continue;
        }
        for (int k = 0; k < seen; k++) {
          for (int c = 0; c < head; c++) {
            values[number][out + c] += weights[k] * in[k * 3 * width + 2 * width + h * head + c];
          }
        }
      }
    }
  }

  private void attendBack(Node node, double[] weights, int[] at, double scale, int number) {
    double[] in = value(node.inputs().get(0));
    double[] inError = errors[node.inputs().get(0)];
    int query = at[0];
    int out = at[1];
    int head = at[2];
    int width = at[3];
    double[] slopes = new double[weights.length];
    double mean = 0;
    for (int k = 0; k < weights.length; k++) {
      int value = k * 3 * width + 2 * width + at[4] * head;
      for (int c = 0; c < head; c++) {
        slopes[k] += errors[number][out + c] * in[value + c];
        inError[value + c] += weights[k] * errors[number][out + c];
      }
      mean += weights[k] * slopes[k];
    }
    for (int k = 0; k < weights.length; k++) {
      double score = weights[k] * (slopes[k] - mean) * scale;
      int key = k * 3 * width + width + at[4] * head;
      for (int c = 0; c < head; c++) {
        inError[query + c] += score * in[key + c];
        inError[key + c] += score * in[query + c];
      }
    }
  }

  private void backward(float[] labels) {
    for (int i = spec.nodes().size() - 1; i >= 0; i--) {
      Node node = spec.nodes().get(i);
      int from = node.inputs().get(0);
      int width = node.shape().width();
      double[] error = errors[i];
      if (node.layer() instanceof Layer.Loss) {
        for (int k = 0; k < values[i].length; k++) {
          boolean is = (int) labels[k / width] == k % width;
          errors[from][k] += values[i][k] - (is ? 1 : 0);
          loss -= is ? Math.log(values[i][k]) : 0;
        }
      } else if (node.layer() instanceof Layer.Add) {
        for (int k = 0; k < error.length; k++) {
          errors[from][k] += error[k];
          errors[node.inputs().get(1)][k] += error[k];
        }
      } else if (node.layer() instanceof Layer.Attention layer) {
        attend(layer, node, value(from), i, true);
      } else if (node.layer() instanceof Layer.Projection layer) {
        project(layer, node, error);
      } else if (node.layer() instanceof Layer.LayerNorm layer) {
        normalise(layer, node, error);
      } else if (node.layer() instanceof Layer.Embedding embedding) {
        for (int k = 0; k < error.length; k++) {
          learn(embedding.tokens(), ((int) features[k / width]) * width + k % width, error[k]);
          learn(embedding.positions(), k, error[k]);
        }
      }
    }
  }

  private void project(Layer.Projection layer, Node node, double[] error) {
    double[] in = value(node.inputs().get(0));
    double[] inError = errors[node.inputs().get(0)];
    int width = node.shape().width();
    int wide = spec.inputOf(node).width();
    for (int k = 0; k < error.length; k++) {
      int row = k / width * wide;
      int weights = k % width * wide;
      double sum = at(layer.bias(), k % width, 0);
      for (int j = 0; j < wide; j++) {
        sum += in[row + j] * at(layer.weights(), weights + j, 0);
      }
      double e = error[k] * slope(layer.activation(), sum);
      learn(layer.bias(), k % width, e);
      for (int j = 0; j < wide; j++) {
        learn(layer.weights(), weights + j, e * in[row + j]);
        inError[row + j] += e * at(layer.weights(), weights + j, 0);
      }
    }
  }

  private void normalise(Layer.LayerNorm layer, Node node, double[] error) {
    double[] in = value(node.inputs().get(0));
    double[] inError = errors[node.inputs().get(0)];
    int width = node.shape().width();
    for (int row = 0; row < node.shape().channels(); row++) {
      double[] of = statistics(in, row, width, layer.epsilon());
      double mean = 0;
      double product = 0;
      for (int j = 0; j < width; j++) {
        int k = row * width + j;
        double normal = (in[k] - of[0]) * of[1];
        learn(layer.gamma(), j, error[k] * normal);
        learn(layer.beta(), j, error[k]);
        mean += error[k] * at(layer.gamma(), j, 1) / width;
        product += error[k] * at(layer.gamma(), j, 1) * normal / width;
      }
      for (int j = 0; j < width; j++) {
        int k = row * width + j;
        double normal = (in[k] - of[0]) * of[1];
        inError[k] += of[1] * (error[k] * at(layer.gamma(), j, 1) - mean - normal * product);
      }
    }
  }
}
