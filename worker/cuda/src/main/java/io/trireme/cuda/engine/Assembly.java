package io.trireme.cuda.engine;

import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Node;
import io.trireme.cuda.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/** Makes the stages of a network, with the memory that each needs. */
final class Assembly {
  private final int examples;
  private final Buffers buffers;
  private final Kernels kernels;
  private final Ends ends;
  private final List<Cell> cells;
  private final List<Place> places = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();

  /**
   * The addresses on the card where a step begins and ends.
   *
   * @param features of the minibatch
   * @param labels of the minibatch
   * @param output of the network
   * @param losses one for each example
   * @param state seed, step and epoch for dropout
   * @param vectors parameters and gradient
   */
  record Ends(long features, long labels, long output, long losses, long state, Vectors vectors) {}

  Assembly(ChainSpec spec, int examples, Buffers buffers, Recorder recorder, Ends ends) {
    this.examples = examples;
    this.buffers = buffers;
    this.ends = ends;
    this.cells = Fusion.of(spec);
    long workspace = buffers.device(Products.WORKSPACE_BYTES);
    this.kernels = new Kernels(recorder, workspace, buffers.device(partsBytes()));
    Place features = new Place(spec.input(), ends.features(), 0, false, 0);
    for (int i = 0; i < cells.size(); i++) {
      assemble(i, features);
    }
  }

  Products products() {
    return kernels.products();
  }

  List<Cell> cells() {
    return cells;
  }

  List<Stage> stages() {
    return stages;
  }

  List<Place> places() {
    return places;
  }

  private long partsBytes() {
    long most = 4;
    for (Cell cell : cells) {
      most = Math.max(most, partsBytes(cell));
    }
    return most;
  }

  private long partsBytes(Cell cell) {
    Shape shape = cell.shape();
    if (cell.layer() instanceof Layer.BatchNorm) {
      return NormStage.partsBytes(examples, shape.channels(), shape.plane());
    }
    if (cell.layer() instanceof Layer.LayerNorm) {
      return mostOfRows(shape, rows -> LayerNormStage.partsBytes(rows, shape.width()));
    }
    if (cell.layer() instanceof Layer.Embedding embedding) {
      return mostOfRows(shape, rows -> EmbeddingStage.partsBytes(embedding, rows));
    }
    return 0;
  }

  /** The most bytes that any minibatch needs: fewer rows can be cut into more parts. */
  private long mostOfRows(Shape shape, IntToLongFunction bytes) {
    return IntStream.rangeClosed(1, examples)
        .mapToLong(count -> bytes.applyAsLong(count * shape.channels()))
        .max()
        .orElse(0);
  }

  private void assemble(int number, Place features) {
    Cell cell = cells.get(number);
    List<Place> in =
        cell.inputs().stream().map(i -> i == Node.FEATURES ? features : places.get(i)).toList();
    Place out = place(number, cell, in);
    places.add(out);
    stages.add(stage(number, cell, in, out));
  }

  private Place place(int number, Cell cell, List<Place> in) {
    boolean loss = cell.layer() instanceof Layer.Loss;
    boolean error = !loss && (cell.learns() || in.stream().anyMatch(Place::wantsError));
    int readers = 0;
    for (Cell other : cells) {
      for (int input : other.inputs()) {
        readers += input == number ? 1 : 0;
      }
    }
    int length = cell.shape().length();
    return new Place(
        cell.shape(),
        loss ? ends.output() : buffers.perExample(length),
        error ? buffers.perExample(length) : 0,
        cell.wantsMask(),
        readers);
  }

  private Stage stage(int number, Cell cell, List<Place> in, Place out) {
    Place first = in.get(0);
    Layer layer = cell.layer();
    if (layer instanceof Layer.Dense dense) {
      return new DenseStage(kernels, dense, ends.vectors(), first, out, 1);
    }
    if (layer instanceof Layer.Projection p) {
      Layer.Dense dense = new Layer.Dense(p.outputs(), p.weights(), p.bias(), p.activation());
      int positions = cell.shape().channels();
      return new DenseStage(kernels, dense, ends.vectors(), first, out, positions);
    }
    if (layer instanceof Layer.Convolution convolution) {
      Taps taps = taps(convolution, first.shape(), out.shape());
      return new ConvolutionStage(kernels, convolution, ends.vectors(), first, out, taps);
    }
    if (layer instanceof Layer.Pool pool) {
      long chosen = pool.maximum() ? buffers.device((long) examples * cell.shape().length()) : 0;
      return new PoolStage(kernels, pool, first, out, chosen);
    }
    if (layer instanceof Layer.BatchNorm norm) {
      long saved = buffers.device(8L * cell.shape().channels());
      return new NormStage(
          kernels, norm, ends.vectors(), first, in.size() > 1 ? in.get(1) : null, out, saved);
    }
    if (layer instanceof Layer.Dropout dropout) {
      return new ElementStage.Dropout(kernels, dropout, number, ends.state(), first, out);
    }
    if (layer instanceof Layer.Activate activate) {
      return new ElementStage.Activate(kernels, activate.activation(), first, out);
    }
    if (layer instanceof Layer.Add add) {
      return new AddStage(kernels, add, first, in.get(1), out);
    }
    return layer instanceof Layer.Loss loss
        ? new LossStage(kernels, loss, first, ends.labels(), ends.output(), ends.losses())
        : sequenceStage(cell, first, out);
  }

  private Stage sequenceStage(Cell cell, Place in, Place out) {
    Layer layer = cell.layer();
    int positions = cell.shape().channels();
    if (layer instanceof Layer.Embedding embedding) {
      return new EmbeddingStage(kernels, embedding, ends.vectors(), in, out);
    }
    if (layer instanceof Layer.LayerNorm norm) {
      long saved = buffers.perExample(2L * positions);
      return new LayerNormStage(kernels, norm, ends.vectors(), in, out, saved);
    }
    if (layer instanceof Layer.Attention attention) {
      long rows = buffers.perExample(AttentionStage.kept(attention, positions));
      return new AttentionStage(kernels, attention, in, out, rows);
    }
    throw new IllegalStateException("layer " + cell.name() + ": no stage computes " + layer);
  }

  private Taps taps(Layer.Convolution layer, Shape in, Shape out) {
    long device = buffers.device(Taps.bytes(layer, in), to -> Taps.write(layer, in, out, to));
    return Taps.at(device, layer, in);
  }
}
