package io.trireme.driver.executor;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.files.PlainFiles;
import io.trireme.common.message.CheckpointSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/** The file systems of checkpoints, as an executor reaches them. */
final class CheckpointFiles {
  private CheckpointFiles() {}

  /** The folder of the checkpoint that the run begins with; null if it begins anew. */
  static @Nullable CheckpointFolder from(CheckpointSpec checkpoint) {
    if (checkpoint.from() == null) {
      return null;
    }
    Path from = new Path(checkpoint.from());
    return new CheckpointFolder(fileSystem(from), from, null);
  }

  static FileSystem fileSystem(Path path) {
    try {
      return PlainFiles.of(path, SparkHadoopUtil.get().conf());
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be reached from this executor: " + e, e);
    }
  }
}
