package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.Layer;

/** Attention of all heads; between the passes it keeps three values a head and position. */
final class AttentionStage implements Stage {

  /** The kernels, by the widest head that they take. */
  private enum Size {
    W32(32, 32),
    W64(64, 32),
    W128(128, 16);

    private final int width;
    private final int side;

    Size(int width, int side) {
      this.width = width;
      this.side = side;
    }

    static Size of(int head) {
      return head <= W32.width ? W32 : head <= W64.width ? W64 : W128;
    }
  }

  private final Kernels kernels;
  private final Layer.Attention layer;
  private final Place in;
  private final Place out;
  private final long rows;
  private final int positions;
  private final int head;
  private final Size size;

  /**
   * A layer's stage.
   *
   * @param rows address of what is kept
   */
  AttentionStage(Kernels kernels, Layer.Attention layer, Place in, Place out, long rows) {
    this.kernels = kernels;
    this.layer = layer;
    this.in = in;
    this.out = out;
    this.rows = rows;
    this.positions = in.shape().channels();
    this.head = out.shape().width() / layer.heads();
    this.size = Size.of(head);
  }

  /** Values that a layer keeps for an example. */
  static long kept(Layer.Attention layer, int positions) {
    return 3L * layer.heads() * positions;
  }

  @Override
  public void forward(int examples, boolean training) {
    attention().put(out.value());
    launch("attention", examples);
  }

  @Override
  public void backward(int examples) {
    if (!in.wantsError()) {
      return;
    }
    Place.Target target = in.plainTarget();
    Arguments query = attention().put(target.addFlag());
    query.put(out.value()).put(out.error()).put(target.address());
    launch("attentionBackQuery", examples);
    attention().put(target.addFlag()).put(out.error()).put(target.address());
    launch("attentionBackKey", examples);
  }

  private Arguments attention() {
    Arguments a = kernels.arguments().next().field(in.value()).field(rows);
    a.field(positions).field(layer.heads()).field(head).field(layer.causal() ? 1 : 0);
    return a.field((float) (1 / Math.sqrt(head)));
  }

  private void launch(String kernel, int examples) {
    int tiles = Recorder.blocks(positions, size.side);
    kernels
        .recorder()
        .launch(kernel + "_" + size.width, tiles, layer.heads(), examples, 8 * size.side);
  }
}
