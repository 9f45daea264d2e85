package io.trireme.common.transport.aeron;

import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * The room that a media driver's file system has for one more session. Sessions that were closed
 * give theirs back within seconds, so a lack is waited out for a while. For one thread; the driver
 * and each sender have their own.
 */
final class Room {

  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

  /** After nobody asked for so long, a lack is another one. */
  private static final long APART_NS = PATIENCE_NS / 2;

  private static final long MIB = 1 << 20;

  private final File folder;
  private final LongSupplier freeBytes;
  private final long neededBytes;
  private final NanoClock clock;
  private boolean lacking;
  private long lackingSinceNs;
  private long lastLackNs;

  Room(File folder, int termLengthBytes, NanoClock clock) {
    this(folder, folder::getUsableSpace, termLengthBytes, clock);
  }

  Room(File folder, LongSupplier freeBytes, int termLengthBytes, NanoClock clock) {
    this.folder = folder;
    this.freeBytes = freeBytes;
    this.neededBytes = AeronMemory.sessionBytes(termLengthBytes);
    this.clock = clock;
  }

  /** Throws unless there is room for a media driver in a folder that will be made. */
  static void require(File folder, long neededBytes) {
    File parent = folder.getAbsoluteFile().getParentFile();
    long free = parent.getUsableSpace();
    if (parent.isDirectory() && free < neededBytes) {
      throw new NoRoomException(refusal("a media driver", parent, neededBytes, free));
    }
  }

  /**
   * Whether there is room now.
   *
   * @throws NoRoomException if there has been none for long
   */
  boolean isThere() {
    long free = freeBytes.getAsLong();
    if (free >= neededBytes) {
      lacking = false;
      return true;
    }
    long now = clock.nanoTime();
    boolean isAnother = !lacking || now - lastLackNs > APART_NS;
    lacking = true;
    lastLackNs = now;
    if (isAnother) {
      lackingSinceNs = now;
    } else if (now - lackingSinceNs > PATIENCE_NS) {
      lackingSinceNs = now;
      throw new NoRoomException(refusal("one more session", folder, neededBytes, free));
    }
    return false;
  }

  private static String refusal(String what, File where, long neededBytes, long freeBytes) {
    return "no room for "
        + what
        + " in "
        + where
        + ": it takes "
        + (neededBytes + MIB - 1) / MIB
        + " MiB, and "
        + freeBytes / MIB
        + " MiB are free; make that file system larger (docker --shm-size, or mount -o"
        + " remount,size=), or lower transport.termLength";
  }
}
