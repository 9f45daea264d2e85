package io.trireme.common.transport.aeron;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import java.util.concurrent.TimeUnit;

/**
 * How long Aeron's parts wait for each other. Who is alive is judged by the coordinator, after the
 * job's time-out; here nothing may give up earlier, or a pause that the job allows would end what
 * lives in the paused process, or its sessions.
 */
final class Patience {

  /** Media driver and client share a process: a pause of one is a pause of both. */
  private static final int OF_ITSELF = 10;

  /** A peer that was given up may be heard of for a while yet. */
  private static final int OF_PEERS = 2;

  /** A job may be impatient; Aeron itself needs some time on a busy machine. */
  private static final long LEAST_NS = TimeUnit.SECONDS.toNanos(10);

  private final long timeoutNs;

  /** Of a job that gives up members that were silent for so long. */
  Patience(long timeoutNs) {
    this.timeoutNs = Math.max(LEAST_NS, timeoutNs);
  }

  MediaDriver.Context of(MediaDriver.Context context) {
    return context
        .clientLivenessTimeoutNs(OF_ITSELF * timeoutNs)
        .publicationUnblockTimeoutNs(2 * OF_ITSELF * timeoutNs)
        .imageLivenessTimeoutNs(OF_PEERS * timeoutNs)
        .publicationConnectionTimeoutNs(OF_PEERS * timeoutNs);
  }

  Aeron.Context of(Aeron.Context context) {
    return context.driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(OF_ITSELF * timeoutNs));
  }
}
