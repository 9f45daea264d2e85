package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution's tables: for each summed index what to add to a position, and to a row of weights.
 *
 * @param forward address of the table over (channel, y, x)
 * @param phases of the error of the input
 */
record Taps(long forward, List<Phase> phases) {
  private static final int ENTRY_BYTES = 16;

  /**
   * Every stride-th position of the input: their errors are sums over the same part of the window.
   *
   * @param y the first row
   * @param x the first column
   * @param height rows
   * @param width columns
   * @param table address of the table over (output, y, x)
   * @param depth entries
   */
  record Phase(int y, int x, int height, int width, long table, int depth) {}

  /** Tables at an address. */
  static Taps at(long address, Layer.Convolution layer, Shape in) {
    long table = address + (long) ENTRY_BYTES * forwardEntries(layer, in);
    Window window = layer.window();
    List<Phase> phases = new ArrayList<>();
    for (int y = 0; y < window.stride().y(); y++) {
      for (int x = 0; x < window.stride().x(); x++) {
        int depth = layer.outputs() * taps(window, y, x, in).size();
        int height = Recorder.blocks(in.height() - y, window.stride().y());
        int width = Recorder.blocks(in.width() - x, window.stride().x());
        if (height > 0 && width > 0) {
          phases.add(new Phase(y, x, height, width, table, depth));
        }
        table += (long) ENTRY_BYTES * depth;
      }
    }
    return new Taps(address, List.copyOf(phases));
  }

  private static int forwardEntries(Layer.Convolution layer, Shape in) {
    return in.channels() * layer.window().size();
  }

  /** Bytes of all tables. */
  static long bytes(Layer.Convolution layer, Shape in) {
    return (long) ENTRY_BYTES
        * (forwardEntries(layer, in) + layer.outputs() * layer.window().size());
  }

  /** Writes all tables, forward first. */
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
    for (int y = 0; y < window.stride().y(); y++) {
      for (int x = 0; x < window.stride().x(); x++) {
        for (int o = 0; o < layer.outputs(); o++) {
          for (Tap tap : taps(window, y, x, in)) {
            to.putInt(o * out.plane() + tap.down * out.width() + tap.right);
            to.putInt(tap.down).putInt(tap.right);
            to.putInt(o * in.channels() * window.size() + tap.weight);
          }
        }
      }
    }
  }

  /** Where the errors of a phase come from, relative to its position; which weight they take. */
  private record Tap(int down, int right, int weight) {}

  private static List<Tap> taps(Window window, int phaseY, int phaseX, Shape in) {
    List<Tap> taps = new ArrayList<>();
    for (int y = 0; y < window.height(); y++) {
      int down = phaseY + window.padTop(in.height()) - y * window.dilation().y();
      for (int x = 0; x < window.width(); x++) {
        int right = phaseX + window.padLeft(in.width()) - x * window.dilation().x();
        int strideY = window.stride().y();
        int strideX = window.stride().x();
        if (Math.floorMod(down, strideY) == 0 && Math.floorMod(right, strideX) == 0) {
          taps.add(new Tap(down / strideY, right / strideX, y * window.width() + x));
        }
      }
    }
    return taps;
  }
}
