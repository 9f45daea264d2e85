package io.trireme.driver.rows;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** A task that writes one partition of rows to a file, each row checked. */
final class StageTask<T> implements Function2<Integer, Iterator<T>, Iterator<String>> {
  private static final long serialVersionUID = 1L;

  private final String set;
  private final String folder;
  private final RowShape shape;
  private final Function<T, ExampleRow> reader;
  private final Broadcast<SerializableConfiguration> configuration;

  StageTask(
      String set,
      String folder,
      RowShape shape,
      Function<T, ExampleRow> reader,
      Broadcast<SerializableConfiguration> configuration) {
    this.set = set;
    this.folder = folder;
    this.shape = shape;
    this.reader = reader;
    this.configuration = configuration;
  }

  /** Bad data is an answer, not a failure, or Spark would try it again. */
  @Override
  public Iterator<String> call(Integer partition, Iterator<T> rows) throws Exception {
    String name = set + " data: partition " + partition;
    // Another attempt at the same partition writes another file.
    Path file = new Path(folder, set + "-" + partition + "-" + TaskContext.get().taskAttemptId());
    StagedPart part = write(name, file, rows);
    return List.of(part.toJson()).iterator();
  }

  private StagedPart write(String name, Path file, Iterator<T> rows) throws Exception {
    Configuration hadoop = configuration.value().value();
    RowDigest digest = RowDigest.EMPTY;
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(PlainFiles.of(file, hadoop).create(file, true)))) {
      while (rows.hasNext()) {
        try {
          ExampleRow row = reader.call(rows.next());
          shape.check(row);
          StagedPart.write(row, out);
          digest = digest.plus(row);
        } catch (BadDataException bad) {
          return StagedPart.bad(
              name, shape, name + ", row " + digest.count() + ": " + bad.getMessage());
        }
      }
    } catch (IOException e) {
      throw new IOException(file + " cannot be written: " + e.getMessage(), e);
    }
    return new StagedPart(name, file.toString(), shape, digest, "");
  }
}
