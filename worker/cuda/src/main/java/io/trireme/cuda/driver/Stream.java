package io.trireme.cuda.driver;

/** A queue of work on the card; what is put in runs in order. */
public final class Stream implements Owner.Owned {
  private static final int NON_BLOCKING = 1;
  private static final int CAPTURE_RELAXED = 2;

  private final long handle;
  private boolean closed;

  private Stream(long handle) {
    this.handle = handle;
  }

  /** A new stream of the current card. */
  public static Stream create() {
    long[] at = new long[1];
    Calls.check(Driver.cuStreamCreate(at, NON_BLOCKING), "cuStreamCreate");
    return new Stream(at[0]);
  }

  long handle() {
    return handle;
  }

  /** Copies to the card. */
  public void toDevice(long device, long host, long bytes) {
    Calls.check(Driver.cuMemcpyHtoDAsync_v2(device, host, bytes, handle), "cuMemcpyHtoDAsync");
  }

  /** Copies from the card. */
  public void toHost(long host, long device, long bytes) {
    Calls.check(Driver.cuMemcpyDtoHAsync_v2(host, device, bytes, handle), "cuMemcpyDtoHAsync");
  }

  /** Sets {@code count} words of four bytes. */
  public void fill(long device, int word, long count) {
    Calls.check(Driver.cuMemsetD32Async(device, word, count, handle), "cuMemsetD32Async");
  }

  /** Puts a kernel in. */
  public void launch(
      long function, String name, int gridX, int gridY, int gridZ, int threads, Arguments values) {
    Calls.check(
        Driver.cuLaunchKernel(
            function, gridX, gridY, gridZ, threads, 1, 1, 0, handle, values.addresses(), 0),
        "cuLaunchKernel " + name);
  }

  /** Records what {@code work} puts in as a graph, without running it. */
  public Graph capture(Runnable work) {
    Calls.check(Driver.cuStreamBeginCapture_v2(handle, CAPTURE_RELAXED), "cuStreamBeginCapture");
    try {
      work.run();
    } catch (RuntimeException e) {
      abandon(e);
      throw e;
    }
    long[] at = new long[1];
    Calls.check(Driver.cuStreamEndCapture(handle, at), "cuStreamEndCapture");
    return Graph.instantiate(at[0]);
  }

  private void abandon(RuntimeException failure) {
    long[] at = new long[1];
    int code = Driver.cuStreamEndCapture(handle, at);
    if (code == 0 && at[0] != 0) {
      code = Driver.cuGraphDestroy(at[0]);
    }
    if (code != 0) {
      failure.addSuppressed(Calls.failure(code, "ending a capture", ""));
    }
  }

  /** Runs a graph. */
  public void run(Graph graph) {
    Calls.check(Driver.cuGraphLaunch(graph.handle(), handle), "cuGraphLaunch");
  }

  /** Waits for everything that was put in. */
  public void synchronize() {
    Calls.check(Driver.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  /** Milliseconds that {@code work} takes on the card. */
  public double milliseconds(Runnable work) {
    try (Owner owner = new Owner()) {
      Event from = owner.own(Event.create());
      Event to = owner.own(Event.create());
      from.record(this);
      work.run();
      to.record(this);
      synchronize();
      return to.since(from);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuStreamDestroy_v2(handle), "cuStreamDestroy");
    }
  }
}
