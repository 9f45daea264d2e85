package io.trireme.data.source;

import io.trireme.data.BadDataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** What sources that read files share. */
public final class SourceFiles {
  private SourceFiles() {}

  /** The full URI of a file, since executors have other working folders. */
  public static String qualified(String file, Configuration configuration) throws IOException {
    Path path = new Path(file);
    return path.getFileSystem(configuration).makeQualified(path).toString();
  }

  /**
   * Whether a file is missing.
   *
   * @param key the job file's key that names it
   */
  public static Optional<SourceProblem> missing(
      String key, String file, Configuration configuration) {
    try {
      Path path = new Path(file);
      return path.getFileSystem(configuration).exists(path)
          ? Optional.empty()
          : Optional.of(new SourceProblem(key, qualified(file, configuration) + " does not exist"));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(new SourceProblem(key, file + " cannot be reached: " + e));
    }
  }

  /**
   * Reads a file whole and sums it up.
   *
   * @param key the job file's key that names it
   * @throws BadDataException if it is missing
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
    }
  }
}
