package io.trireme.common.checkpoint;

import io.trireme.common.files.PlainFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes shard files, at the speed of copying a file. It may run on any thread beside others that
 * write other files.
 */
public final class CheckpointShardWriter {
  private static final int CHUNK_BYTES = 1 << 20;

  private CheckpointShardWriter() {}

  /**
   * Writes one shard file, and returns when it is synced and closed. Nothing is valid by it: it
   * becomes part of a checkpoint when a manifest lists it.
   *
   * @param fs the file system
   * @param stepFolder the step's folder, see {@link CheckpointFolder#stepFolder}; made if missing
   * @param header whose file it is; its attempt must be new for this server
   * @param sections what to write. A section's buffer must hold still from the moment that the
   *     iterator returns it to the moment that it is asked for the next one, or whether there is
   *     one; so an iterator can hand out a snapshot piece by piece
   * @throws IOException naming the file and the operation that failed; what was written is deleted
   *     if the file system lets it, and is debris otherwise
   */
  public static CheckpointShard write(
      FileSystem fs, Path stepFolder, CheckpointShardHeader header, Iterable<Section> sections)
      throws IOException {
    return write(fs, stepFolder, header, header.fileName(), sections);
  }

  /**
   * Writes one shard file under a name of its own.
   *
   * @param name the file's name, which no other file has, see {@link
   *     CheckpointShardHeader#fileName(String)}
   */
  public static CheckpointShard write(
      FileSystem fs,
      Path stepFolder,
      CheckpointShardHeader header,
      String name,
      Iterable<Section> sections)
      throws IOException {
    FileSystem plain = PlainFiles.plain(fs);
    Path file = new Path(stepFolder, name);
    String operation = "create";
    boolean created = false;
    try {
      FSDataOutputStream out = plain.create(file, false);
      created = true;
      CheckpointShard written;
      try (out) {
        operation = "write";
        written = writeTo(out, header, name, sections);
        operation = "sync";
        out.hsync();
        operation = "close";
      }
      return written;
    } catch (IOException | RuntimeException e) {
      if (created) {
        Deletions.deleteAfter(e, plain, file);
      }
      if (e instanceof RuntimeException unexpected) {
        throw unexpected;
      }
      throw new IOException("cannot " + operation + " checkpoint file " + file + ": " + e, e);
    }
  }

  private static CheckpointShard writeTo(
      OutputStream out, CheckpointShardHeader header, String name, Iterable<Section> sections)
      throws IOException {
    Sink sink = new Sink(out);
    sink.write(header.encode());
    List<StoredSection> stored = new ArrayList<>();
    for (Section section : sections) {
      sink.align();
      stored.add(sink.write(section));
    }
    return new CheckpointShard(name, header.server(), sink.at, sink.whole.getValue(), stored);
  }

  /** Counts and sums what goes through it. */
  private static final class Sink {
    private final OutputStream out;
    private final CRC32C whole = new CRC32C();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private long at;

    Sink(OutputStream out) {
      this.out = out;
    }

    void write(byte[] bytes) throws IOException {
      out.write(bytes, 0, bytes.length);
      whole.update(bytes, 0, bytes.length);
      at += bytes.length;
    }

    void align() throws IOException {
      int over = (int) (at % CheckpointShardHeader.ALIGNMENT);
      if (over != 0) {
        write(new byte[CheckpointShardHeader.ALIGNMENT - over]);
      }
    }

    StoredSection write(Section section) throws IOException {
      DirectBuffer bytes = section.bytes();
      long start = at;
      CRC32C crc = new CRC32C();
      for (int from = 0; from < bytes.capacity(); from += CHUNK_BYTES) {
        int length = Math.min(CHUNK_BYTES, bytes.capacity() - from);
        bytes.getBytes(from, chunk, 0, length);
        crc.update(chunk, 0, length);
        whole.update(chunk, 0, length);
        out.write(chunk, 0, length);
        at += length;
        if (length < CHUNK_BYTES) {
          break;
        }
      }
      return new StoredSection(
          section.id(), section.step(), start, bytes.capacity(), crc.getValue());
    }
  }
}
