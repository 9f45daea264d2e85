package io.trireme.driver.rows;

import io.trireme.data.BadDataException;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSplit;
import io.trireme.data.source.SourceContents;
import io.trireme.data.source.SourceProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The rows of an RDD, written to files once: an RDD may give other rows when it is computed again.
 * Their order is that of the partitions and of the rows in them; where partitions begin does not
 * count.
 */
public final class StagedRows implements ExampleSource {
  private final RowShape shape;
  private final List<StagedPart> parts;

  private StagedRows(RowShape shape, List<StagedPart> parts) {
    this.shape = shape;
    this.parts = parts;
  }

  /**
   * Computes the rows and writes them down, as a Spark job.
   *
   * @param set what messages call them, {@code training} or {@code test}
   * @param rows what holds the rows
   * @param reader makes a row of an element, and throws {@link BadDataException} if it cannot
   * @param shape what every row must be
   * @param folder where the files go; every executor must be able to write it
   * @throws BadDataException with the first problem of each partition
   */
  public static <T> StagedRows stage(
      JavaSparkContext spark,
      String set,
      JavaRDD<T> rows,
      Function<T, ExampleRow> reader,
      RowShape shape,
      Path folder)
      throws IOException {
    Broadcast<SerializableConfiguration> configuration =
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    List<StagedPart> parts = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    StageTask<T> task = new StageTask<>(set, folder.toString(), shape, reader, configuration);
    for (String json : rows.mapPartitionsWithIndex(task, true).collect()) {
      StagedPart part = StagedPart.fromJson(json);
      if (!part.problem().isEmpty()) {
        problems.add(part.problem());
      } else if (part.digest().count() > 0) {
        parts.add(part);
      }
    }
    // Its removal without waiting fails beside the end of the application.
    configuration.unpersist(true);
    if (!problems.isEmpty()) {
      throw new BadDataException(String.join(System.lineSeparator(), problems));
    }
    if (parts.isEmpty()) {
      throw new BadDataException(set + " data: expected rows, seen none");
    }
    return new StagedRows(shape, parts);
  }

  @Override
  public List<SourceProblem> check(Configuration configuration) {
    return List.of();
  }

  @Override
  public SourceContents contents(Configuration configuration) {
    RowDigest all = parts.stream().map(StagedPart::digest).reduce(RowDigest.EMPTY, RowDigest::plus);
    return new SourceContents(
        String.format(
            Locale.ROOT, "rows %d %016x %016x %s", all.count(), all.first(), all.second(), shape),
        shape.schema(),
        all.count(),
        List.<ExampleSplit>copyOf(parts));
  }
}
