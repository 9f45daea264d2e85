package io.trireme.common.checkpoint;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Deletes files of checkpoints and leases. */
final class Deletions {
  private Deletions() {}

  /** Deletes what a failure left, if the file system lets it. */
  static void deleteAfter(Exception failure, FileSystem fs, Path file) {
    try {
      delete(fs, file);
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Deletes a file or a folder with all in it; none is as good. */
  static void delete(FileSystem fs, Path path) throws IOException {
    if (!fs.delete(path, true) && fs.exists(path)) {
      throw new IOException("cannot delete " + path + "; delete it by hand");
    }
  }
}
