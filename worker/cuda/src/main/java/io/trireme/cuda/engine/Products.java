package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import java.util.Locale;

/**
 * Launches tiled matrix products; a long sum over few results is split, in a way that only depends
 * on its shape.
 */
final class Products {
  private static final int TARGET_BLOCKS = 1056;
  private static final int FEW_SPLITS = 8;
  private static final int LEAST_DEPTH = 128;
  private static final int DEPTH_UNIT = 16;

  /** Bytes that the sums of splits need at most. */
  static final long WORKSPACE_BYTES = 4L * TARGET_BLOCKS * 64 * 64;

  /** Which operands lie along the summed index. */
  enum Form {
    NT,
    NN,
    TN
  }

  /**
   * Element (i, k) at {@code i * pitch + k * stride}.
   *
   * @param ones the row that is all ones, -1 for none
   */
  record Matrix(long data, int count, int pitch, int stride, int ones) {
    void put(Arguments to) {
      to.next().field(data).field(count).field(pitch).field(stride).field(ones);
    }
  }

  /** Puts an operand among a kernel's arguments. */
  interface Operand {
    void put(Arguments to);
  }

  private final Recorder recorder;
  private final long workspace;
  private boolean survey;

  Products(Recorder recorder, long workspace) {
    this.recorder = recorder;
    this.workspace = workspace;
  }

  /** Launches every tile in place of the best, for measurements. */
  void survey(boolean all) {
    this.survey = all;
  }

  /** Values of a sum that one split takes. */
  static int depth(int rows, int columns, int depth) {
    return depth(rows, columns, depth, TARGET_BLOCKS);
  }

  private static int depth(int rows, int columns, int depth, int blocks) {
    int tall = Math.min(64, Integer.highestOneBit(Math.max(16, rows) * 2 - 1));
    int tiles = Recorder.blocks(rows, tall) * Recorder.blocks(columns, 64);
    int splits = Math.max(1, Math.min(blocks / tiles, depth / LEAST_DEPTH));
    int per = Recorder.blocks(depth, splits);
    return Recorder.blocks(per, DEPTH_UNIT) * DEPTH_UNIT;
  }

  /** A product of matrices. {@code columns} counts the column of ones. */
  void multiply(Form form, Matrix a, Matrix b, int columns, int depth, Output out) {
    String kernel = form.name().toLowerCase(Locale.ROOT);
    Call call = new Call(kernel, a::put, b::put, columns, depth, out);
    launch(call, recorder.tensor() ? Tile.TENSOR_MATRIX : Tile.MATRIX, true);
  }

  /** A convolution: no splits, as it has many columns. */
  void convolve(String kernel, Operand weights, Operand windows, int depth, Output out) {
    Call call = new Call(kernel, weights, windows, out.columns(), depth, out);
    launch(call, Tile.CONVOLUTION, false);
  }

  /** The gradient of a convolution's weights. */
  void convolveWeights(Operand errors, Operand windows, int columns, int depth, Output out) {
    Call call = new Call("convolveWeights", errors, windows, columns, depth, out);
    Tile[] tiles = recorder.tensor() ? Tile.TENSOR_CONVOLUTION_WEIGHTS : Tile.CONVOLUTION_WEIGHTS;
    launch(call, tiles, true);
  }

  /** A product that is to be launched. */
  private record Call(String kernel, Operand a, Operand b, int columns, int depth, Output out) {
    boolean alwaysPartial() {
      return kernel.equals("convolveWeights");
    }
  }

  private void launch(Call call, Tile[] tiles, boolean splits) {
    int rows = call.out().rows();
    if (survey) {
      for (int blocks : splits ? new int[] {132, 264, 528, 1056} : new int[] {1}) {
        int per = splits ? depth(rows, call.columns(), call.depth(), blocks) : whole(call);
        for (Tile tile : tiles) {
          launch(call, tile, per);
        }
      }
    }
    int per = splits ? depth(rows, call.columns(), call.depth()) : whole(call);
    int parts = parts(call, per);
    launch(call, Tile.choose(tiles, rows, call.columns(), parts), per);
  }

  /** A sum over nothing is a sum: zeros are written. */
  private static int whole(Call call) {
    return Math.max(1, call.depth());
  }

  private static int parts(Call call, int per) {
    return Math.max(1, Recorder.blocks(call.depth(), per));
  }

  private void launch(Call call, Tile tile, int per) {
    int parts = parts(call, per);
    boolean partial = parts > 1 || call.alwaysPartial();
    int rows = call.out().rows();
    Arguments arguments = recorder.arguments();
    call.a().put(arguments);
    call.b().put(arguments);
    arguments.put(call.depth()).put(per);
    if (partial) {
      arguments.next().field(workspace).field(rows).field(call.columns());
    } else {
      call.out().put(arguments);
    }
    String split = partial && !call.alwaysPartial() ? "Split" : "";
    recorder.product(
        call.kernel() + split + "_" + tile.suffix(),
        tile.across(call.columns()),
        tile.down(rows),
        parts,
        tile.threads());
    if (partial) {
      addSplits(call, parts);
    }
  }

  private void addSplits(Call call, int parts) {
    int count = call.out().rows() * call.columns();
    Arguments sum = recorder.arguments().put(parts).put(call.columns());
    sum.next().divisor(call.columns()).put(count).put(workspace);
    call.out().put(sum);
    if (parts <= FEW_SPLITS) {
      recorder.each("addFewSplits", count);
    } else {
      recorder.launch("addSplits", Recorder.blocks(count, 32), 1, 1, 256);
    }
  }
}
