package io.trireme.driver.prepare;

import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must hold between the labels and images of the sets, and their descriptions. */
final class SetChecks {
  private static final double SCALE = 1 / 255.0;

  private SetChecks() {}

  /**
   * Describes the sets.
   *
   * @param sources the training set first
   * @param reports what was made of each source, by name of the set
   * @param classes number of classes, 0 to take the training set's largest label plus one
   */
  static Map<String, DatasetDescription> describe(
      List<SetSource> sources,
      Map<String, PreparedShard> reports,
      String fingerprint,
      int classes) {
    List<String> problems = new ArrayList<>();
    Map<String, DatasetDescription> described = new LinkedHashMap<>();
    PreparedShard train = null;
    int known = classes;
    for (SetSource source : sources) {
      PreparedShard report = reports.get(source.set());
      if (report == null) {
        throw new IllegalStateException("no report of set " + source.set());
      }
      if (train == null) {
        train = report;
        if (known == 0) {
          known = report.maxLabel() + 1;
          checkGaps(source, report, problems);
        }
      }
      checkLabels(source, report, known, classes > 0, problems);
      checkSize(source, report, train, problems);
      if (problems.isEmpty()) {
        described.put(source.set(), describe(source.set(), report, fingerprint, known));
      }
    }
    if (!problems.isEmpty()) {
      throw new BadDataException(String.join(System.lineSeparator(), problems));
    }
    return described;
  }

  private static void checkLabels(
      SetSource source, PreparedShard report, int classes, boolean given, List<String> problems) {
    if (report.maxLabel() >= classes) {
      int label = classes;
      for (int other = classes; other < report.labels().size(); other++) {
        if (report.firstRecords().get(other) < report.firstRecords().get(label)) {
          label = other;
        }
      }
      problems.add(
          "%s: expected a label from 0 to %d as in the %s, seen %d; correct the file or %s"
              .formatted(
                  source.place(report.firstRecords().get(label)),
                  classes - 1,
                  given ? "model" : "training set",
                  label,
                  given ? "use a model with more classes" : "name the files of one data set"));
    }
  }

  /** One stray byte would make classes that nobody wants: most classes must have examples. */
  private static void checkGaps(SetSource source, PreparedShard report, List<String> problems) {
    int largest = report.maxLabel();
    long present = report.labels().stream().filter(count -> count > 0).count();
    long absent = largest + 1 - present;
    if (absent > present) {
      problems.add(
          "%s: label %d, but only %d of the labels below it have examples; expected labels from 0 on without such gaps"
              .formatted(source.place(report.firstRecords().get(largest)), largest, present - 1));
    }
  }

  private static void checkSize(
      SetSource source, PreparedShard report, PreparedShard train, List<String> problems) {
    if (report.height() != train.height() || report.width() != train.width()) {
      problems.add(
          "data.%s: expected images of %d x %d as in the training set, seen %d x %d; name the files of one data set"
              .formatted(
                  source.set(), train.height(), train.width(), report.height(), report.width()));
    }
  }

  private static DatasetDescription describe(
      String name, PreparedShard report, String fingerprint, int classes) {
    return new DatasetDescription(
        DatasetDescription.FORMAT_VERSION,
        name,
        report.examples(),
        report.height(),
        report.width(),
        1,
        classes,
        report.labels().subList(0, classes),
        report.mean() * SCALE,
        report.standardDeviation() * SCALE,
        SCALE,
        fingerprint,
        report.shards());
  }
}
