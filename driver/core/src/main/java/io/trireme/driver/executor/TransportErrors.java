package io.trireme.driver.executor;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what Aeron complains of, ever less often: anything that reaches the port can make it
 * complain, and must not fill the log.
 */
final class TransportErrors implements ErrorHandler {

  private static final Logger LOG = LoggerFactory.getLogger(TransportErrors.class);

  private final AtomicLong count = new AtomicLong();

  @Override
  public void onError(Throwable error) {
    long errors = count.incrementAndGet();
    if (Long.bitCount(errors) == 1) {
      LOG.warn("Aeron ({} errors so far): {}", errors, error.toString());
    }
    LOG.debug("Aeron", error);
  }
}
