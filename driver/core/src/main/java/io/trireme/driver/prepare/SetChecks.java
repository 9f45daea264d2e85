package io.trireme.driver.prepare;

import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.TensorSummary;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.driver.prepare.TensorTally.Category;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must hold of the categories of the sets, and their descriptions. */
final class SetChecks {
  private final String fingerprint;
  private final int classes;
  private final List<String> problems = new ArrayList<>();

  private SetChecks(String fingerprint, int classes) {
    this.fingerprint = fingerprint;
    this.classes = classes;
  }

  /**
   * Describes the sets.
   *
   * @param schema the tensors of an example, as the source has them
   * @param sets what was made of each set, by its name, the training set first
   * @param classes number of categories of a label, 0 to take the training set's largest plus one
   * @throws BadDataException if a category is out of range; the message tells every problem
   */
  static Map<String, DatasetDescription> describe(
      ExampleSchema schema, Map<String, PreparedSplit> sets, String fingerprint, int classes) {
    SetChecks checks = new SetChecks(fingerprint, classes);
    ExampleSchema closed = checks.close(schema, sets.values().iterator().next());
    Map<String, DatasetDescription> described = new LinkedHashMap<>();
    sets.forEach(
        (set, report) -> {
          checks.checkRange(schema, closed, report);
          if (checks.problems.isEmpty()) {
            described.put(set, checks.describe(set, report, closed));
          }
        });
    if (!checks.problems.isEmpty()) {
      throw new BadDataException(String.join(System.lineSeparator(), checks.problems));
    }
    return described;
  }

  /** The schema, with every number of categories known. */
  private ExampleSchema close(ExampleSchema schema, PreparedSplit train) {
    List<TensorSpec> closed = new ArrayList<>();
    for (int i = 0; i < schema.tensors().size(); i++) {
      TensorSpec tensor = schema.tensors().get(i);
      if (tensor.categories() != TensorSpec.OPEN) {
        closed.add(tensor);
      } else if (isGiven(tensor)) {
        closed.add(tensor.withCategories(classes));
      } else {
        closed.add(tensor.withCategories(largest(tensor, train.tensors().get(i)) + 1));
      }
    }
    return new ExampleSchema(closed);
  }

  /** Whether the model says how many categories an open tensor has. */
  private boolean isGiven(TensorSpec tensor) {
    return classes > 0 && tensor.role() == Role.LABEL;
  }

  /** One stray number would make many categories without examples: most must have some. */
  private int largest(TensorSpec tensor, TensorTally seen) {
    if (seen.categories().isEmpty()) {
      return 0;
    }
    int largest = seen.categories().lastKey();
    long present = seen.categories().size();
    Category last = seen.categories().get(largest);
    if (last != null && largest + 1L - present > present) {
      problems.add(
          place(last)
              + tensor.name()
              + " "
              + largest
              + ", but only "
              + (present - 1)
              + " of those below it have examples; expected numbers from 0 on without such gaps");
    }
    return Math.max(0, Math.min(largest, Integer.MAX_VALUE - 1));
  }

  private void checkRange(ExampleSchema open, ExampleSchema closed, PreparedSplit report) {
    for (int i = 0; i < closed.tensors().size(); i++) {
      TensorSpec source = open.tensors().get(i);
      int categories = closed.tensors().get(i).categories();
      report.tensors().get(i).categories().entrySet().stream()
          .filter(seen -> seen.getKey() < 0 || seen.getKey() >= categories)
          .min(Comparator.comparingLong(seen -> seen.getValue().first()))
          .ifPresent(
              seen ->
                  problems.add(
                      place(seen.getValue())
                          + "expected "
                          + source.name()
                          + " from 0 to "
                          + (categories - 1)
                          + " as in the "
                          + origin(source)
                          + ", seen "
                          + seen.getKey()
                          + "; correct the file or "
                          + wayOut(source)));
    }
  }

  private String origin(TensorSpec source) {
    if (source.categories() != TensorSpec.OPEN) {
      return "source";
    }
    return isGiven(source) ? "model" : "training set";
  }

  private String wayOut(TensorSpec source) {
    return source.categories() == TensorSpec.OPEN && isGiven(source)
        ? "use a model with more classes"
        : "name the files of one data set";
  }

  private static String place(Category seen) {
    return seen.place() + ": ";
  }

  private DatasetDescription describe(String name, PreparedSplit report, ExampleSchema schema) {
    List<TensorSummary> summaries = new ArrayList<>();
    for (int i = 0; i < schema.tensors().size(); i++) {
      summaries.add(report.tensors().get(i).summary(schema.tensors().get(i)));
    }
    return new DatasetDescription(
        DatasetDescription.FORMAT_VERSION,
        name,
        report.examples(),
        schema,
        summaries,
        fingerprint,
        report.shards());
  }
}
