package io.trireme.common.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Publishes a file whole or not at all: the content goes to a temporary file beside the target, is
 * synced and closed, then takes the target's name. When anything fails, the temporary file is
 * deleted and a target that was there before stays as it was.
 *
 * <p>On a local disk and on HDFS the last move replaces an older target in one step. Where a file
 * system cannot do that (object stores), the older target is deleted first; a reader may find none
 * in between, and never a half one.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file's bytes. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to the stream, without closing it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Publishes bytes as a file; folders on the way are made.
   *
   * @param fs the file system of the target
   * @param target where the file is to be; an older one is replaced
   * @param content writes the bytes
   * @throws IOException naming the target and the operation that failed; nothing is left behind but
   *     what was there before
   */
  public static void write(FileSystem fs, Path target, Content content) throws IOException {
    FileSystem plain = PlainFiles.plain(fs);
    Path temporary =
        new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID() + ".tmp");
    String operation = "create " + temporary;
    try {
      // Deletes what a failed create may have left, too.
      FSDataOutputStream out = plain.create(temporary, false);
      try (out) {
        operation = "write " + temporary;
        content.writeTo(out);
        operation = "sync " + temporary;
        out.hsync();
        operation = "close " + temporary;
      }
      operation = "rename " + temporary + " to " + target;
      replace(plain, temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, plain, temporary);
      if (e instanceof RuntimeException unexpected) {
        throw unexpected;
      }
      throw new IOException("cannot publish " + target + ": failed to " + operation + ": " + e, e);
    }
  }

  /** Publishes text in UTF-8, as {@link #write} does. */
  public static void writeText(FileSystem fs, Path target, String text) throws IOException {
    write(fs, target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void replace(FileSystem fs, Path from, Path to) throws IOException {
    if (!(fs instanceof RawLocalFileSystem)) {
      new Replacing(fs).replace(from, to);
    } else if (fs.getFileStatus(from).isFile() && isDirectory(fs, to)) {
      throw new IOException(to + " is a folder");
    } else if (!fs.rename(from, to)) {
      throw new IOException("the file system refused");
    }
  }

  private static boolean isDirectory(FileSystem fs, Path path) throws IOException {
    return fs.exists(path) && fs.getFileStatus(path).isDirectory();
  }

  private static void deleteAfter(Exception failure, FileSystem fs, Path temporary) {
    try {
      if (fs.exists(temporary) && !fs.delete(temporary, false)) {
        failure.addSuppressed(new IOException("cannot delete " + temporary));
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Reaches the rename that replaces, which Hadoop shows to subclasses only. */
  private static final class Replacing extends FilterFileSystem {
    Replacing(FileSystem fs) {
      super(fs);
    }

    @SuppressWarnings("deprecation")
    void replace(Path from, Path to) throws IOException {
      rename(from, to, Rename.OVERWRITE);
    }
  }
}
