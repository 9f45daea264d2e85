package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Graph;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums gradients of neighbouring slots on the card, along the tree in which a node of n slots
 * splits after the largest power of two below n: sums that wait are those of ever smaller powers of
 * two, each in a buffer of its own.
 */
final class SlotSum {
  private final int slots;
  private final Recorder recorder;
  private final long gradient;
  private final int length;
  private final long[] buffers;
  private final int[] sizes;
  private final List<Graph> keep = new ArrayList<>();
  private final List<Graph> add = new ArrayList<>();
  private final List<Graph> join = new ArrayList<>();
  private final Stream stream;
  private int waiting;
  private int added;

  /**
   * Where its kernels go.
   *
   * @param stream the network's
   * @param recorder into it
   */
  record Card(Stream stream, Recorder recorder) {}

  /**
   * Allocates the buffers and records what is done with them.
   *
   * @param gradient address of each slot's gradient
   * @param length its values
   */
  SlotSum(Owner owner, Buffers memory, Card card, int slots, long gradient, int length) {
    this.slots = slots;
    this.recorder = card.recorder;
    this.gradient = gradient;
    this.length = length;
    this.stream = card.stream;
    int levels = 32 - Integer.numberOfLeadingZeros(slots);
    this.buffers = new long[levels];
    this.sizes = new int[levels];
    for (int i = 0; i < levels; i++) {
      buffers[i] = memory.device(4L * length);
    }
    recorder.label("slots");
    for (int i = 0; i < levels; i++) {
      long buffer = buffers[i];
      long before = buffers[Math.max(0, i - 1)];
      keep.add(owner.own(stream.capture(() -> copy(buffer))));
      add.add(owner.own(stream.capture(() -> sum(buffer, gradient))));
      join.add(owner.own(stream.capture(() -> sum(before, buffer))));
    }
  }

  private void copy(long to) {
    recorder.arguments().put(length).put(0).put(0L).put(gradient).put(to);
    recorder.each("passBack", length);
  }

  private void sum(long left, long right) {
    recorder.arguments().put(length).put(0).put(left).put(right).put(left);
    recorder.each("addition", length);
  }

  /** Times of what a slot costs beside its gradient; forgets what was added. */
  List<KernelTime> profile(int repeats) {
    restart();
    int top = buffers.length - 1;
    return List.of(
        time("copy", keep.get(top), repeats),
        time("add", add.get(top), repeats),
        time("join", join.get(top), repeats));
  }

  private KernelTime time(String name, Graph graph, int repeats) {
    stream.run(graph);
    double all =
        stream.milliseconds(
            () -> {
              for (int i = 0; i < repeats; i++) {
                stream.run(graph);
              }
            });
    return new KernelTime(name, all / repeats);
  }

  /** Forgets what was added. */
  void restart() {
    waiting = 0;
    added = 0;
  }

  /** Adds the gradient on the card as the next slot's. */
  void next() {
    if (added == slots) {
      throw new IllegalStateException("all " + slots + " slots are added already");
    }
    added++;
    if (waiting > 0 && sizes[waiting - 1] == 1) {
      stream.run(add.get(waiting - 1));
      sizes[waiting - 1] = 2;
    } else {
      stream.run(keep.get(waiting));
      sizes[waiting++] = 1;
    }
    while (waiting > 1 && sizes[waiting - 1] == sizes[waiting - 2]) {
      join();
    }
  }

  private void join() {
    stream.run(join.get(waiting - 1));
    sizes[waiting - 2] += sizes[waiting - 1];
    waiting--;
  }

  /** The address of the sum of all slots. */
  long finish() {
    if (added != slots) {
      throw new IllegalStateException(added + " of " + slots + " slots are added");
    }
    while (waiting > 1) {
      join();
    }
    return buffers[0];
  }
}
