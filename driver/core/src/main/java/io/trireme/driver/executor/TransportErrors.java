package io.trireme.driver.executor;

import io.trireme.common.transport.aeron.NoRoomException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what Aeron complains of, ever less often: anything that reaches the port can make it
 * complain, and must not fill the log.
 */
final class TransportErrors implements ErrorHandler {

  private static final Logger LOG = LoggerFactory.getLogger(TransportErrors.class);

  private final AtomicLong count = new AtomicLong();
  private volatile @Nullable Consumer<String> lack;

  /** Who is told that there is no room for sessions, with which nobody can go on. */
  void onLack(Consumer<String> consumer) {
    lack = consumer;
  }

  @Override
  public void onError(Throwable error) {
    Consumer<String> consumer = lack;
    if (consumer != null && error instanceof NoRoomException) {
      consumer.accept(String.valueOf(error.getMessage()));
    }
    long errors = count.incrementAndGet();
    if (Long.bitCount(errors) == 1) {
      LOG.warn("Aeron ({} errors so far): {}", errors, error.toString());
    }
    LOG.debug("Aeron", error);
  }
}
