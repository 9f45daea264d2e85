package io.trireme.driver.rows;

import io.trireme.data.BadDataException;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * A set of examples that a program hands over.
 *
 * @param rows what holds them
 * @param reader makes a row of an element
 * @param classes how many classes the label's number stands for; 0 for quantities
 */
public record GivenSet<T>(JavaRDD<T> rows, Function<T, ExampleRow> reader, int classes) {

  /**
   * Computes the rows once and writes them down.
   *
   * @param set what messages call them, {@code training} or {@code test}
   * @throws BadDataException if there are none, or one of them is no example
   */
  public StagedRows stage(JavaSparkContext spark, String set, Path folder) throws IOException {
    List<T> first = rows.take(1);
    if (first.isEmpty()) {
      throw new BadDataException(set + " data: expected rows, seen none");
    }
    ExampleRow row;
    try {
      row = reader.call(first.get(0));
    } catch (BadDataException bad) {
      throw new BadDataException(set + " data: the first row: " + bad.getMessage(), bad);
    } catch (Exception e) {
      throw new BadDataException(set + " data: the first row cannot be read: " + e, e);
    }
    checkLengths(set, row);
    RowShape shape = new RowShape(row.features().length, row.labels().length, classes);
    return StagedRows.stage(spark, set, rows, reader, shape, folder);
  }

  /** The first row says what all are to be, so that nothing else can tell of it. */
  private void checkLengths(String set, ExampleRow first) {
    int labels = first.labels().length;
    if (first.features().length == 0 || labels == 0 || classes > 0 && labels != 1) {
      throw new BadDataException(
          set
              + " data: the first row: expected features and "
              + (classes > 0 ? "one number for its class" : "quantities")
              + ", seen "
              + first.features().length
              + " numbers of features and "
              + labels
              + " of the label");
    }
  }
}
