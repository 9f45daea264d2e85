package io.trireme.driver.rows;

import io.trireme.data.BadDataException;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.JavaConverters;

/**
 * Makes an example of a data frame's row: its features are the numbers of the feature columns in
 * their order, each of which holds a number, an array of numbers, or a vector of Spark's.
 */
public final class RowReader implements Function<Row, ExampleRow> {
  private static final long serialVersionUID = 1L;

  private final String[] features;
  private final String[] labels;

  /** A reader of these columns. */
  public RowReader(List<String> features, List<String> labels) {
    this.features = features.toArray(String[]::new);
    this.labels = labels.toArray(String[]::new);
  }

  /**
   * Sees whether a data frame has the columns.
   *
   * @throws BadDataException naming all that it lacks, and what it has
   */
  public void check(String set, StructType schema) {
    List<String> missing = new ArrayList<>();
    List<String> known = Arrays.asList(schema.fieldNames());
    for (String[] columns : List.of(features, labels)) {
      Arrays.stream(columns).filter(column -> !known.contains(column)).forEach(missing::add);
    }
    if (!missing.isEmpty()) {
      throw new BadDataException(
          set + " data: has no column " + String.join(", ", missing) + "; it has " + known);
    }
  }

  @Override
  public ExampleRow call(Row row) {
    return new ExampleRow(numbers(row, features), numbers(row, labels));
  }

  private static float[] numbers(Row row, String[] columns) {
    if (columns.length == 1) {
      return numbers(columns[0], row.getAs(columns[0]));
    }
    List<float[]> parts = new ArrayList<>();
    int length = 0;
    for (String column : columns) {
      float[] part = numbers(column, row.getAs(column));
      parts.add(part);
      length += part.length;
    }
    float[] all = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static float[] numbers(String column, @Nullable Object value) {
    if (value instanceof Number number) {
      return new float[] {number(column, number)};
    }
    if (value instanceof Boolean flag) {
      return new float[] {flag ? 1 : 0};
    }
    if (value instanceof scala.collection.Seq<?> array) {
      List<?> elements = JavaConverters.seqAsJavaList(array);
      float[] floats = new float[elements.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = number(column, elements.get(i));
      }
      return floats;
    }
    if (value == null) {
      throw new BadDataException("column " + column + ": expected numbers, seen null");
    }
    return vector(column, value);
  }

  /** Fractions are rounded to 32 bits; whole numbers, such as ids and classes, must be the same. */
  private static float number(String column, @Nullable Object value) {
    if (value instanceof Number number) {
      float rounded = number.floatValue();
      if (isWhole(number)
          && new BigDecimal(number.toString()).compareTo(new BigDecimal(rounded)) != 0) {
        throw new BadDataException(
            "column "
                + column
                + ": "
                + number
                + " is no number that 32 bits hold, which would make it "
                + String.format(Locale.ROOT, "%.0f", rounded)
                + "; give it in thousands, or as a class of fewer numbers");
      }
      return rounded;
    }
    throw new BadDataException("column " + column + ": expected numbers, seen " + value);
  }

  private static boolean isWhole(Number number) {
    return number instanceof Integer
        || number instanceof Long
        || number instanceof BigInteger
        || (number instanceof BigDecimal decimal && decimal.stripTrailingZeros().scale() <= 0);
  }

  /** Spark's vectors are in a library that not every application has. */
  private static float[] vector(String column, Object value) {
    try {
      if (value.getClass().getName().startsWith("org.apache.spark.ml.linalg.")
          && value.getClass().getMethod("toArray").invoke(value) instanceof double[] doubles) {
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) doubles[i];
        }
        return floats;
      }
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new BadDataException("column " + column + ": a vector that cannot be read: " + e, e);
    }
    throw new BadDataException(
        "column "
            + column
            + ": expected a number, an array of numbers or a vector, seen "
            + value.getClass().getName());
  }
}
