package io.trireme.common.files;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Hadoop file systems as Trireme uses them: on a local disk without Hadoop's {@code .crc} files,
 * whose writer holds bytes back until a chunk is full and cannot replace a file and its checksum in
 * one move.
 */
public final class PlainFiles {
  private PlainFiles() {}

  /**
   * The file system of a path or URI; a path without a scheme belongs to the configuration's
   * default file system. It is shared by the process: do not close it.
   */
  public static FileSystem of(Path path, Configuration configuration) throws IOException {
    return plain(path.getFileSystem(configuration));
  }

  /** The same file system without local checksum files. */
  public static FileSystem plain(FileSystem fs) {
    return fs instanceof LocalFileSystem local ? local.getRaw() : fs;
  }
}
