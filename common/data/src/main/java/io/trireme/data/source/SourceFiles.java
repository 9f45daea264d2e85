package io.trireme.data.source;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** What sources that read files share. */
public final class SourceFiles {
  private SourceFiles() {}

  /** The full URI of a file, since executors have other working folders. */
  public static String qualified(String file, Configuration configuration) throws IOException {
    Path path = new Path(file);
    return path.getFileSystem(configuration).makeQualified(path).toString();
  }

  /**
   * Whether a file is missing, or is none that can be read to its end.
   *
   * @param key the job file's key that names it
   */
  public static Optional<SourceProblem> missing(
      String key, String file, Configuration configuration) {
    try {
      Path path = new Path(file);
      FileSystem fs = PlainFiles.of(path, configuration);
      String full = fs.makeQualified(path).toString();
      if (!fs.exists(path)) {
        return Optional.of(new SourceProblem(key, full + " does not exist"));
      }
      return fs instanceof RawLocalFileSystem local && isSpecial(local.pathToFile(path).toPath())
          ? Optional.of(
              new SourceProblem(key, full + " is a pipe, a socket or a device, and no file"))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(
          new SourceProblem(key, file + " cannot be reached: " + BadDataException.reason(e)));
    }
  }

  /** Hadoop takes all that is no folder for a file; reading a pipe waits for ever. */
  private static boolean isSpecial(java.nio.file.Path file) {
    return !Files.isRegularFile(file) && !Files.isDirectory(file);
  }

  /**
   * Reads a file whole and sums it up.
   *
   * @param key the job file's key that names it
   * @throws BadDataException if it is missing, or cannot be read
   */
  public static FileSum sum(String key, String file, Configuration configuration)
      throws IOException {
    Path path = new Path(file);
    try (SummedInput in = new SummedInput(path.getFileSystem(configuration).open(path))) {
      return in.finish();
    } catch (FileNotFoundException missing) {
      throw new BadDataException(
          file
              + ": no such file ("
              + missing.getMessage()
              + "); correct "
              + key
              + " in the job file",
          missing);
    } catch (IOException e) {
      throw new BadDataException(
          file
              + ": cannot be read: "
              + BadDataException.reason(e)
              + "; make it readable from here, or correct "
              + key
              + " in the job file",
          e);
    }
  }
}
