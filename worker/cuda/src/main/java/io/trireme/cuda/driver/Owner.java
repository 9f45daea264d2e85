package io.trireme.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Closes what it was given in reverse order; failures are suppressed onto the first. */
public final class Owner implements AutoCloseable {
  /** What closes without a checked exception. */
  public interface Owned extends AutoCloseable {
    @Override
    void close();
  }

  private final Deque<Owned> owned = new ArrayDeque<>();

  /** Takes an object over, and gives it back for use. */
  public <T extends Owned> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  @Override
  public void close() {
    RuntimeException first = closeAll();
    if (first != null) {
      throw first;
    }
  }

  /** Closes everything after a failure, which keeps its place as the first. */
  public void closeAfter(Throwable failure) {
    RuntimeException also = closeAll();
    if (also != null) {
      failure.addSuppressed(also);
    }
  }

  private @Nullable RuntimeException closeAll() {
    RuntimeException first = null;
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    return first;
  }
}
