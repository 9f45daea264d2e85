package io.trireme.common.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Reads one shard file, and lets nothing pass that is not as it was written. For one thread. */
final class CheckpointShardReader implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path path;
  private final CheckpointShard file;
  private final FSDataInputStream in;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private long at;

  private CheckpointShardReader(Path path, CheckpointShard file, FSDataInputStream in) {
    this.path = path;
    this.file = file;
    this.in = in;
  }

  /** Opens a file of a manifest and checks its header. */
  static CheckpointShardReader open(
      FileSystem fs, Path folder, Manifest manifest, CheckpointShard file) throws IOException {
    Path path = new Path(folder, file.name());
    CheckpointShardReader reader = new CheckpointShardReader(path, file, fs.open(path));
    try {
      reader.checkHeader(manifest);
      return reader;
    } catch (IOException | RuntimeException e) {
      try (reader) {
        throw e;
      }
    }
  }

  private void checkHeader(Manifest manifest) throws IOException {
    byte[] fixed = readStart(CheckpointShardHeader.FIXED_BYTES);
    CheckpointShardHeader header =
        CheckpointShardHeader.decode(
            path.toString(), readStart(CheckpointShardHeader.promisedLength(fixed)));
    CheckpointShardHeader expected =
        new CheckpointShardHeader(
            manifest.job(), manifest.step(), manifest.attempt(), file.server());
    if (!header.job().equals(expected.job())) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          path + ": is of job " + header.job() + ", expected job " + expected.job());
    }
    if (!header.equals(expected)) {
      throw damaged("is " + header + ", expected " + expected);
    }
  }

  /** The file's first bytes, or as many as there are. */
  private byte[] readStart(int length) throws IOException {
    in.seek(0);
    byte[] start = in.readNBytes(length);
    at = start.length;
    if (start.length < CheckpointShardHeader.FIXED_BYTES) {
      throw damaged("ends at byte " + start.length + " of " + file.lengthBytes());
    }
    return start;
  }

  /**
   * Reads a section.
   *
   * @param target takes its bytes, from index 0; of the section's length at least
   */
  void read(StoredSection section, MutableDirectBuffer target) throws IOException {
    CRC32C crc = new CRC32C();
    seek(section.offset());
    copy(section.lengthBytes(), crc, null, target);
    compare(section, crc);
  }

  /** Reads the whole file. */
  void verify() throws IOException {
    CRC32C whole = new CRC32C();
    seek(0);
    for (StoredSection section : file.sections()) {
      copy(section.offset() - at, whole, null, null);
      CRC32C crc = new CRC32C();
      copy(section.lengthBytes(), crc, whole, null);
      compare(section, crc);
    }
    copy(file.lengthBytes() - at, whole, null, null);
    if (whole.getValue() != file.crc32c()) {
      throw damaged(
          String.format(
              Locale.ROOT, "has CRC32C %08x, expected %08x", whole.getValue(), file.crc32c()));
    }
  }

  private void compare(StoredSection section, CRC32C crc) throws BadCheckpointException {
    if (crc.getValue() != section.crc32c()) {
      throw damaged(
          String.format(
              Locale.ROOT,
              "%s at bytes %d to %d has CRC32C %08x, expected %08x",
              section.id(),
              section.offset(),
              section.end(),
              crc.getValue(),
              section.crc32c()));
    }
  }

  private void seek(long offset) throws IOException {
    if (at != offset) {
      in.seek(offset);
      at = offset;
    }
  }

  private void copy(
      long length, CRC32C first, @Nullable CRC32C second, @Nullable MutableDirectBuffer target)
      throws IOException {
    for (long done = 0; done < length; ) {
      int count = (int) Math.min(CHUNK_BYTES, length - done);
      try {
        in.readFully(chunk, 0, count);
      } catch (EOFException e) {
        throw new BadCheckpointException(
            StepState.DAMAGED,
            String.format(
                Locale.ROOT, "%s: ends before byte %d of %d", path, at + count, file.lengthBytes()),
            e);
      }
      first.update(chunk, 0, count);
      if (second != null) {
        second.update(chunk, 0, count);
      }
      if (target != null) {
        target.putBytes((int) done, chunk, 0, count);
      }
      at += count;
      done += count;
    }
  }

  private BadCheckpointException damaged(String what) {
    return new BadCheckpointException(StepState.DAMAGED, path + ": " + what);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
