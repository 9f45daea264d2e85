package io.trireme.driver.prepare;

import io.trireme.data.BadDataException;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.ExampleSink;
import io.trireme.data.schema.TensorSpec;
import io.trireme.driver.prepare.TensorTally.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what goes into a sink. */
final class Tally implements ExampleSink {
  private static final int MASK = 0xff;
  private static final int MAX_CATEGORIES = 1 << 16;

  private final ExampleSink sink;
  private final List<Column> columns;
  private long examples;

  Tally(ExampleSchema schema, ExampleSink sink) {
    this.sink = sink;
    columns = schema.tensors().stream().map(Column::new).toList();
  }

  @Override
  public void bytes(int tensor, byte[] values, int offset, int length) {
    sink.bytes(tensor, values, offset, length);
    long sum = 0;
    long squares = 0;
    for (int i = offset; i < offset + length; i++) {
      int value = values[i] & MASK;
      sum += value;
      squares += (long) value * value;
    }
    columns.get(tensor).add(length, (double) sum, (double) squares);
    for (int i = offset; i < offset + length && columns.get(tensor).categorical; i++) {
      columns.get(tensor).category(values[i] & MASK, examples);
    }
  }

  @Override
  public void ints(int tensor, int[] values, int offset, int length) {
    sink.ints(tensor, values, offset, length);
    for (int i = offset; i < offset + length; i++) {
      columns.get(tensor).add(1, values[i], (double) values[i] * values[i]);
      if (columns.get(tensor).categorical) {
        columns.get(tensor).category(values[i], examples);
      }
    }
  }

  @Override
  public void floats(int tensor, float[] values, int offset, int length) {
    sink.floats(tensor, values, offset, length);
    for (int i = offset; i < offset + length; i++) {
      columns.get(tensor).add(1, values[i], (double) values[i] * values[i]);
    }
  }

  /**
   * Ends an example.
   *
   * @param place where it stands in its source
   * @throws BadDataException if there are too many categories
   */
  void endExample(Place place) {
    for (Column column : columns) {
      column.place(place);
    }
    examples++;
  }

  /** Where an example stands. */
  interface Place {
    String text();
  }

  /** Number of examples. */
  long examples() {
    return examples;
  }

  /** What was counted of each tensor. */
  List<TensorTally> tallies() {
    return columns.stream().map(Column::tally).toList();
  }

  /** A category that occurs. */
  private static final class Seen {
    private final long first;
    private long count;
    private String place = "";

    Seen(long first) {
      this.first = first;
    }
  }

  private static final class Column {
    private final String name;
    private final boolean categorical;
    private final SortedMap<Integer, Seen> categories = new TreeMap<>();
    private final List<Seen> unplaced = new ArrayList<>();
    private long count;
    private double sum;
    private double squares;

    Column(TensorSpec tensor) {
      name = tensor.name();
      categorical = tensor.isCategorical();
    }

    void add(int numbers, double added, double addedSquares) {
      count += numbers;
      sum += added;
      squares += addedSquares;
    }

    void category(int category, long example) {
      Seen seen = categories.get(category);
      if (seen == null) {
        seen = new Seen(example);
        unplaced.add(seen);
        categories.put(category, seen);
      }
      seen.count++;
    }

    void place(Place place) {
      for (Seen seen : unplaced) {
        seen.place = place.text();
      }
      unplaced.clear();
      if (categories.size() > MAX_CATEGORIES) {
        throw new BadDataException(
            place.text()
                + ": "
                + name
                + " has more than "
                + MAX_CATEGORIES
                + " categories; expected fewer, or a tensor of quantities");
      }
    }

    TensorTally tally() {
      SortedMap<Integer, Category> all = new TreeMap<>();
      categories.forEach(
          (category, seen) -> all.put(category, new Category(seen.count, seen.first, seen.place)));
      return new TensorTally(count, sum, squares, all);
    }
  }
}
