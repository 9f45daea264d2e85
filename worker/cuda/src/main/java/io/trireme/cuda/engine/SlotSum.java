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
  private final Owner owner;
  private final Buffers memory;
  private final Recorder recorder;
  private final long gradient;
  private final int length;
  private final List<Long> buffers = new ArrayList<>();
  private final int[] sizes = new int[Integer.SIZE];
  private final List<Graph> keep = new ArrayList<>();
  private final List<Graph> add = new ArrayList<>();
  private final List<Graph> join = new ArrayList<>();
  private final Stream stream;
  private int slots;
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
   * A sum that has no buffers yet.
   *
   * @param gradient address of each slot's gradient
   * @param length its values
   */
  SlotSum(Owner owner, Buffers memory, Card card, long gradient, int length) {
    this.owner = owner;
    this.memory = memory;
    this.recorder = card.recorder;
    this.gradient = gradient;
    this.length = length;
    this.stream = card.stream;
  }

  /** Allocates what a level needs, and records what is done with it. */
  private void addLevel() {
    long buffer = memory.device(4L * length);
    long before = buffers.isEmpty() ? buffer : buffers.get(buffers.size() - 1);
    recorder.label("slots");
    keep.add(owner.own(stream.capture(() -> copy(buffer))));
    add.add(owner.own(stream.capture(() -> sum(buffer, gradient))));
    join.add(owner.own(stream.capture(() -> sum(before, buffer))));
    buffers.add(buffer);
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
    restart(slots);
    int top = buffers.size() - 1;
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

  /**
   * Forgets what was added, and starts a sum of so many slots; the first time for more slots than
   * ever before allocates.
   *
   * @throws io.trireme.cuda.driver.CudaException if the buffers do not fit
   */
  void restart(int count) {
    while (buffers.size() < Integer.SIZE - Integer.numberOfLeadingZeros(count)) {
      addLevel();
    }
    slots = count;
    waiting = 0;
    added = 0;
  }

  /** Adds zeros as the next slot's gradient. */
  void nextIsZero() {
    stream.fill(gradient, 0, length);
    next();
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
    if (added != slots || slots == 0) {
      throw new IllegalStateException(added + " of " + slots + " slots are added");
    }
    while (waiting > 1) {
      join();
    }
    return buffers.get(0);
  }
}
