package io.trireme.cuda.driver;

/** A mark in a stream, with its time. */
final class Event implements Owner.Owned {
  private final long handle;
  private boolean closed;

  private Event(long handle) {
    this.handle = handle;
  }

  static Event create() {
    long[] at = new long[1];
    Calls.check(Driver.cuEventCreate(at, 0), "cuEventCreate");
    return new Event(at[0]);
  }

  void record(Stream stream) {
    Calls.check(Driver.cuEventRecord(handle, stream.handle()), "cuEventRecord");
  }

  double since(Event from) {
    float[] ms = new float[1];
    Calls.check(Driver.cuEventElapsedTime(ms, from.handle, handle), "cuEventElapsedTime");
    return ms[0];
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuEventDestroy_v2(handle), "cuEventDestroy");
    }
  }
}
