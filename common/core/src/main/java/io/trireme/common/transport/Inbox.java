package io.trireme.common.transport;

import org.jspecify.annotations.Nullable;

/**
 * One life's receiving ends: a new one for each generation that it seals for, handed out once, when
 * it enters. What is sent to an older one arrives nowhere. Safe for use by several threads.
 */
public final class Inbox implements AutoCloseable {

  private final Transport transport;
  private @Nullable Inbound waiting;
  private @Nullable Endpoint endpoint;
  private int sealed;
  private boolean closed;

  /** An inbox that has sealed for no generation yet. */
  public Inbox(Transport transport) {
    this.transport = transport;
  }

  /** Opens an end for a generation; false if that was done, or a newer one was sealed for. */
  public synchronized boolean seal(int generation) {
    if (closed || generation <= sealed) {
      return false;
    }
    closeWaiting();
    Inbound opened = transport.listen();
    waiting = opened;
    endpoint = opened.endpoint();
    sealed = generation;
    return true;
  }

  /** The newest generation that was sealed for; 0 if none. */
  public synchronized int sealed() {
    return sealed;
  }

  /** Where that generation's messages arrive; null before the first. */
  public synchronized @Nullable Endpoint endpoint() {
    return endpoint;
  }

  /** Hands out the end of a generation; null if it was handed out, or is not the newest. */
  public synchronized @Nullable Inbound take(int generation) {
    if (generation != sealed) {
      return null;
    }
    Inbound taken = waiting;
    waiting = null;
    return taken;
  }

  private void closeWaiting() {
    Inbound unused = waiting;
    waiting = null;
    if (unused != null) {
      unused.close();
    }
  }

  /** Closes the end that was not handed out, if there is one, and opens no other. */
  @Override
  public synchronized void close() {
    closed = true;
    closeWaiting();
  }
}
