package io.trireme.common.files;

import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Publishes a file by writing it under a temporary name, syncing and renaming it: a reader sees the
 * whole file or none. A file of the same name is replaced; where the file system cannot rename onto
 * an existing file there is a moment without one, never one with half of it.
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; the stream is closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * The file system of a path. Local files are opened raw, without Hadoop's {@code .crc} files
   * beside them: those hide real syncs, and whatever is written here carries checksums of its own.
   */
  public static FileSystem fileSystemOf(Path path, Configuration configuration) throws IOException {
    FileSystem fileSystem = path.getFileSystem(configuration);
    return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
  }

  /**
   * Publishes a file; missing folders are made. When writing fails the temporary file is deleted
   * and the failure passed on.
   */
  public static void publish(FileSystem fileSystem, Path target, Content content)
      throws IOException {
    Path temporary = new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
    try {
      try (FSDataOutputStream out = fileSystem.create(temporary, true)) {
        content.writeTo(out);
        out.hsync();
      }
      rename(fileSystem, temporary, target);
    } catch (IOException | RuntimeException failure) {
      try {
        fileSystem.delete(temporary, false);
      } catch (IOException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
      throw failure;
    }
  }

  private static void rename(FileSystem fileSystem, Path temporary, Path target)
      throws IOException {
    if (fileSystem.rename(temporary, target)) {
      return;
    }
    boolean deleted = fileSystem.exists(target) && fileSystem.delete(target, false);
    if (!fileSystem.rename(temporary, target)) {
      throw new IOException(
          "cannot rename "
              + temporary
              + " to "
              + target
              + (deleted ? " although the old file was deleted" : "")
              + "; check that the folder can be written");
    }
  }
}
