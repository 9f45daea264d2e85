package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.common.transport.aeron.AeronMemory;

/**
 * What the sessions of a job take of shared memory.
 *
 * @param workers workers of the job at the most
 * @param servers its servers
 * @param serversTalk whether servers have sessions with each other
 */
record SharedMemoryNeed(int workers, int servers, boolean serversTalk) {

  static SharedMemoryNeed of(JobConfig job) {
    boolean clips = job.optimizer() != null && job.optimizer().clipGlobalNorm() > 0;
    return new SharedMemoryNeed(
        job.workers().max(), job.servers().count(), clips || job.servers().replicas() > 0);
  }

  int members() {
    return workers + servers;
  }

  /** What an executor takes with so many workers and servers on it, and no more. */
  long bytes(int workersHere, int serversHere, int termLengthBytes) {
    return AeronMemory.driverBytes(members())
        + ends(workersHere, serversHere) * AeronMemory.sessionBytes(termLengthBytes);
  }

  /**
   * Ends of sessions: the sender's of each that begins here, and the receiver's of each that begins
   * on another executor. Within an executor both are one.
   */
  private long ends(long workersHere, long serversHere) {
    long sent = workersHere * servers + serversHere * workers;
    long received = workersHere * (servers - serversHere) + serversHere * (workers - workersHere);
    if (serversTalk) {
      sent += serversHere * (servers - 1);
      received += serversHere * (servers - serversHere);
    }
    return sent + received;
  }
}
