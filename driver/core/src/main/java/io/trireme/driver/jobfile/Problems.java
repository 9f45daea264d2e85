package io.trireme.driver.jobfile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects every mistake of one job file. */
final class Problems {

  private record Problem(SourcePosition place, String path, String text) {}

  private final List<Problem> found = new ArrayList<>();

  /** Notes that the value under a path is wrong. */
  void add(SourcePosition place, String path, String text) {
    found.add(new Problem(place, path, text));
  }

  /** Whether nothing is known to be wrong with these paths or with what holds them. */
  boolean clean(String... paths) {
    for (String path : paths) {
      for (Problem problem : found) {
        if (path.equals(problem.path) || path.startsWith(problem.path + ".")) {
          return false;
        }
      }
    }
    return true;
  }

  /** Throws if anything was noted: everything, in the order of the file, overrides last. */
  void throwIfAny() {
    if (!found.isEmpty()) {
      found.sort(Comparator.comparingInt(problem -> problem.place.line()));
      List<String> lines = new ArrayList<>();
      for (Problem problem : found) {
        lines.add(problem.place.about(problem.path) + problem.text);
      }
      throw new BadJobFile(lines);
    }
  }
}
