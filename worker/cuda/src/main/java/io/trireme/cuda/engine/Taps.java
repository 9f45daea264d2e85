package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import java.nio.ByteBuffer;

/**
 * A convolution's tables: for each summed index what to add to a position, and to a row of weights.
 *
 * @param forward address of the table over (channel, y, x)
 * @param backward address of the table over (output, y, x)
 */
record Taps(long forward, long backward) {
  private static final int ENTRY_BYTES = 16;

  static int forwardEntries(Layer.Convolution layer, Shape in) {
    return in.channels() * layer.window().size();
  }

  static int backwardEntries(Layer.Convolution layer) {
    return layer.outputs() * layer.window().size();
  }

  /** Bytes of both tables. */
  static long bytes(Layer.Convolution layer, Shape in) {
    return (long) ENTRY_BYTES * (forwardEntries(layer, in) + backwardEntries(layer));
  }

  /** Writes both tables, forward first. */
  static void write(Layer.Convolution layer, Shape in, Shape out, ByteBuffer to) {
    Window window = layer.window();
    for (int c = 0; c < in.channels(); c++) {
      for (int y = 0; y < window.height(); y++) {
        for (int x = 0; x < window.width(); x++) {
          int down = y * window.dilation().y();
          int right = x * window.dilation().x();
          int weight = (c * window.height() + y) * window.width() + x;
          to.putInt(c * in.plane() + down * in.width() + right);
          to.putInt(down).putInt(right).putInt(weight);
        }
      }
    }
    boolean strided = window.stride().y() > 1 || window.stride().x() > 1;
    for (int o = 0; o < layer.outputs(); o++) {
      for (int y = 0; y < window.height(); y++) {
        for (int x = 0; x < window.width(); x++) {
          int down = y * window.dilation().y();
          int right = x * window.dilation().x();
          int back = strided ? 0 : down * out.width() + right;
          int weight = o * in.channels() * window.size() + y * window.width() + x;
          to.putInt(o * out.plane() - back).putInt(-down).putInt(-right).putInt(weight);
        }
      }
    }
  }
}
