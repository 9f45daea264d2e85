package io.trireme.common.files;

import java.io.IOException;
import java.nio.charset.Charset;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Hadoop file systems as Trireme uses them: on a local disk without Hadoop's {@code .crc} files,
 * whose writer holds bytes back until a chunk is full and cannot replace a file and its checksum in
 * one move, and with the permissions that the process's umask leaves.
 */
public final class PlainFiles {
  private PlainFiles() {}

  /**
   * The file system of a path or URI; a path without a scheme belongs to the configuration's
   * default file system. It is shared by the process: do not close it.
   *
   * @throws IOException if it cannot be reached: also where its classes are missing, and where the
   *     names of local files cannot hold the path, since Java would put question marks into it
   */
  public static FileSystem of(Path path, Configuration configuration) throws IOException {
    FileSystem fs;
    try {
      fs = plain(path.getFileSystem(configuration));
    } catch (RuntimeException e) {
      throw new IOException("no file system for " + path + ": " + e.getMessage(), e);
    }
    if (fs instanceof RawLocalFileSystem) {
      checkName(path.toString(), System.getProperty("sun.jnu.encoding", "UTF-8"));
    }
    return fs;
  }

  /** Refuses a local path that names of files cannot hold in the charset of the locale. */
  static void checkName(String path, String charset) throws IOException {
    if (!Charset.forName(charset).newEncoder().canEncode(path)) {
      throw new IOException(
          "the locale's charset "
              + charset
              + " cannot name "
              + path
              + "; set LC_ALL=C.UTF-8 in the environment");
    }
  }

  /** The same file system without local checksum files. */
  public static FileSystem plain(FileSystem fs) {
    return fs instanceof LocalFileSystem local ? UmaskFileSystem.instead(local) : fs;
  }
}
