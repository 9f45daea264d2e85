package io.trireme.driver.jobfile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Collects every mistake of one job file. */
final class Problems {

  private record Problem(SourcePosition place, String path, Supplier<String> text) {}

  private final List<Problem> found = new ArrayList<>();
  private final Set<String> known = new TreeSet<>();

  /** Notes that the value under a path is wrong. */
  void add(SourcePosition place, String path, String text) {
    found.add(new Problem(place, path, () -> text));
  }

  /** As the other, with a text that is made when all keys were read. */
  void addLate(SourcePosition place, String path, Supplier<String> text) {
    found.add(new Problem(place, path, text));
  }

  /** Notes a key that the job file takes. */
  void know(String path) {
    known.add(path);
  }

  /** Where else the file takes a key of this name: someone wrote it under another parent. */
  Optional<String> elsewhere(String key) {
    String end = "." + key.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(path -> ("." + path.toLowerCase(Locale.ROOT)).endsWith(end))
        .findFirst();
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
        lines.add(problem.place.about(problem.path) + problem.text.get());
      }
      throw new BadJobFile(lines);
    }
  }
}
