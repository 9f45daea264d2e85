package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.driver.Stream;

/** Puts kernels into a stream. */
final class Recorder {
  private static final int BLOCK = 256;

  /** What is done with a launch: run it once, or time it. */
  interface Sink {
    void launch(String name, Runnable launch);
  }

  private final Modules modules;
  private final Stream stream;
  private final Arguments arguments = new Arguments();
  private Sink sink = (name, launch) -> launch.run();
  private String label = "";

  Recorder(Modules modules, Stream stream) {
    this.modules = modules;
    this.stream = stream;
  }

  /** The arguments of the next launch, empty. */
  Arguments arguments() {
    return arguments.clear();
  }

  /** Names the layer whose kernels follow. */
  void label(String layer) {
    this.label = layer;
  }

  /** Sends launches elsewhere until the work is done. */
  void through(Sink other, Runnable work) {
    Sink before = sink;
    sink = other;
    try {
      work.run();
    } finally {
      sink = before;
    }
  }

  /** Whether products are those of tensor cores. */
  boolean tensor() {
    return modules.tensor();
  }

  /** A launch of a grid of blocks. */
  void launch(String kernel, int gridX, int gridY, int gridZ, int threads) {
    launch(modules.plain(kernel), kernel, gridX, gridY, gridZ, threads);
  }

  /** A launch of a product, in the precision of the network. */
  void product(String kernel, int gridX, int gridY, int gridZ, int threads) {
    launch(modules.product(kernel), kernel, gridX, gridY, gridZ, threads);
  }

  private void launch(long function, String kernel, int gridX, int gridY, int gridZ, int threads) {
    String name = label + " " + kernel + (gridZ > 1 ? "*" + gridZ : "");
    sink.launch(name, () -> stream.launch(function, name, gridX, gridY, gridZ, threads, arguments));
  }

  /** A launch with a thread for each of so many elements. */
  void each(String kernel, int count) {
    launch(kernel, blocks(count, BLOCK), 1, 1, BLOCK);
  }

  static int blocks(int count, int by) {
    return (count + by - 1) / by;
  }
}
