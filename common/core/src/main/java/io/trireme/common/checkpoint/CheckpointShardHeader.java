package io.trireme.common.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The head of a shard file; see the package's description for its bytes.
 *
 * @param job the job's id
 * @param step the checkpoint's step
 * @param attempt who writes; see {@link Attempt}
 * @param server index of the server; a worker's index has bit 16 set
 */
public record CheckpointShardHeader(String job, long step, String attempt, int server) {

  /** The format that this code writes; it reads the older ones, too. */
  public static final int FORMAT_VERSION = 2;

  /** Sections begin at multiples of this many bytes, a cache line. */
  static final int ALIGNMENT = 64;

  /** Bytes that are there in every header. */
  static final int FIXED_BYTES = 32;

  private static final int WORKER_BIT = 1 << 16;
  private static final byte[] MAGIC = "TRIRCKPT".getBytes(UTF_8);
  private static final int MAX_BYTES = 1 << 16;

  /** The file's name: unique among attempts, servers and workers. */
  public String fileName() {
    return String.format(Locale.ROOT, "%s.%s.shard", writer(), attempt);
  }

  private String writer() {
    boolean worker = (server & WORKER_BIT) != 0;
    return String.format(
        Locale.ROOT, "%s-%05d", worker ? "worker" : "server", server & ~WORKER_BIT);
  }

  /**
   * A name for one of several files of one server or worker in an attempt.
   *
   * @param part what tells them apart, of letters and digits
   */
  public String fileName(String part) {
    return String.format(Locale.ROOT, "%s.%s.%s.shard", writer(), attempt, part);
  }

  /** The header's bytes, a multiple of {@link #ALIGNMENT}. */
  byte[] encode() {
    byte[] jobBytes = job.getBytes(UTF_8);
    byte[] attemptBytes = attempt.getBytes(UTF_8);
    int length = aligned(FIXED_BYTES + jobBytes.length + attemptBytes.length + Integer.BYTES);
    if (length > MAX_BYTES) {
      throw new IllegalArgumentException("job id of " + jobBytes.length + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).putInt(FORMAT_VERSION).putInt(length).putLong(step).putInt(server);
    bytes.putShort((short) jobBytes.length).putShort((short) attemptBytes.length);
    bytes.put(jobBytes).put(attemptBytes);
    bytes.putInt(length - Integer.BYTES, crc(bytes.array(), length - Integer.BYTES));
    return bytes.array();
  }

  /**
   * Reads a header.
   *
   * @param file the file's name, for messages
   * @param start the first bytes of the file: all of the header, or as many as there are
   * @throws BadCheckpointException if this is no whole header of this format
   */
  static CheckpointShardHeader decode(String file, byte[] start) throws BadCheckpointException {
    ByteBuffer bytes = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    if (start.length < FIXED_BYTES) {
      throw damaged(file, "has " + start.length + " bytes, fewer than a header");
    }
    bytes.get(magic);
    if (!java.util.Arrays.equals(magic, MAGIC)) {
      throw damaged(file, "does not begin with TRIRCKPT");
    }
    int version = bytes.getInt();
    if (version > FORMAT_VERSION) {
      throw new BadCheckpointException(
          StepState.NEWER_FORMAT,
          String.format(
              Locale.ROOT,
              "%s: format expected up to %d, seen %d; use the Trireme that wrote it",
              file,
              FORMAT_VERSION,
              version));
    }
    int length = bytes.getInt();
    long step = bytes.getLong();
    int server = bytes.getInt();
    int job = Short.toUnsignedInt(bytes.getShort());
    int attempt = Short.toUnsignedInt(bytes.getShort());
    if (version < 1
        || length > start.length
        || length < FIXED_BYTES + job + attempt + Integer.BYTES
        || bytes.getInt(length - Integer.BYTES) != crc(start, length - Integer.BYTES)) {
      throw damaged(file, "has a damaged header");
    }
    return new CheckpointShardHeader(
        new String(start, FIXED_BYTES, job, UTF_8),
        step,
        new String(start, FIXED_BYTES + job, attempt, UTF_8),
        server);
  }

  /** The length, not more than this many bytes, that a file's first fixed bytes promise. */
  static int promisedLength(byte[] fixed) {
    int length = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    return Math.max(FIXED_BYTES, Math.min(length, MAX_BYTES));
  }

  static int aligned(int bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static BadCheckpointException damaged(String file, String what) {
    return new BadCheckpointException(StepState.DAMAGED, file + ": " + what);
  }
}
