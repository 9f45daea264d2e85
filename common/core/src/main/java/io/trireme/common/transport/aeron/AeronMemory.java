package io.trireme.common.transport.aeron;

import io.aeron.CncFileDescriptor;
import io.aeron.driver.Configuration;
import io.aeron.logbuffer.LogBufferDescriptor;
import org.agrona.BitUtil;

/**
 * What a media driver takes of its memory file system. All of it is taken when a session begins, so
 * that a file system that is too small refuses the session, and none breaks later.
 */
public final class AeronMemory {

  /** The shortest terms that still carry the longest frame: an eighth of a term. */
  public static final int SHORTEST_TERM_BYTES = 512 << 10;

  /** The length of terms where there is room: twice of it wins nothing. */
  public static final int USUAL_TERM_BYTES = 2 << 20;

  /** Aeron counts up to eight things of a session; closed ones are counted for a second more. */
  private static final int COUNTERS_A_SESSION = 16;

  private static final int OTHER_COUNTERS = 512;
  private static final int COUNTER_BYTES = 128;

  private AeronMemory() {}

  /**
   * What a media driver takes without a session.
   *
   * @param members members of the job at the most
   */
  public static long driverBytes(int members) {
    int values = counterValuesBytes(members);
    return BitUtil.align(
        (long) CncFileDescriptor.META_DATA_LENGTH
            + Configuration.CONDUCTOR_BUFFER_LENGTH_DEFAULT
            + Configuration.TO_CLIENTS_BUFFER_LENGTH_DEFAULT
            + Configuration.countersMetadataBufferLength(values)
            + values
            + Configuration.ERROR_BUFFER_LENGTH_DEFAULT,
        Configuration.FILE_PAGE_SIZE_DEFAULT);
  }

  /**
   * What one end of a session takes; both ends of one through shared memory are one.
   *
   * @param termLengthBytes length of its terms
   */
  public static long sessionBytes(int termLengthBytes) {
    return LogBufferDescriptor.computeLogLength(
        termLengthBytes, Configuration.FILE_PAGE_SIZE_DEFAULT);
  }

  /** How long the file of counters is: two ends of sessions with each member, several times. */
  static int counterValuesBytes(int members) {
    long counters = OTHER_COUNTERS + 4L * members * COUNTERS_A_SESSION;
    long bytes =
        Math.min(
            Configuration.COUNTERS_VALUES_BUFFER_LENGTH_MAX,
            BitUtil.findNextPositivePowerOfTwo(counters * COUNTER_BYTES));
    return (int) Math.max(Configuration.COUNTERS_VALUES_BUFFER_LENGTH_MIN, bytes);
  }

  /** Sessions that one stream takes: more than the job has members, and not any number. */
  static int mostSessionsAStream(int members) {
    return 2 * members + 64;
  }
}
