package io.trireme.cuda.driver;

/** Recorded work that one call starts. */
public final class Graph implements Owner.Owned {
  private final long handle;
  private boolean closed;

  private Graph(long handle) {
    this.handle = handle;
  }

  /** An executable form; the recorded graph itself is given up. */
  static Graph instantiate(long recorded) {
    long[] at = new long[1];
    int code = Driver.cuGraphInstantiateWithFlags(at, recorded, 0);
    int freed = Driver.cuGraphDestroy(recorded);
    Calls.check(code, "cuGraphInstantiate");
    if (freed != 0) {
      RuntimeException failure = Calls.failure(freed, "cuGraphDestroy", "");
      Owner owner = new Owner();
      owner.own(new Graph(at[0]));
      owner.closeAfter(failure);
      throw failure;
    }
    return new Graph(at[0]);
  }

  long handle() {
    return handle;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Calls.check(Driver.cuGraphExecDestroy(handle), "cuGraphExecDestroy");
    }
  }
}
