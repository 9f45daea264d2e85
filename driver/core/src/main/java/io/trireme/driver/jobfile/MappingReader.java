package io.trireme.driver.jobfile;

import io.trireme.common.config.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one mapping of a job file. Each read makes its key known; {@link #close} then
 * reports the keys that were not asked for. A missing or wrong value is noted and replaced by a
 * stand-in, so that one pass finds all mistakes.
 */
final class MappingReader {
  private final JobNode.Mapping mapping;
  private final String path;
  private final Problems problems;
  private final boolean silent;
  private final List<String> known = new ArrayList<>();

  private MappingReader(JobNode.Mapping mapping, String path, Problems problems, boolean silent) {
    this.mapping = mapping;
    this.path = path;
    this.problems = problems;
    this.silent = silent;
  }

  static MappingReader root(JobNode.Mapping mapping, Problems problems) {
    return new MappingReader(mapping, "", problems, false);
  }

  /** The value, or the fallback where the key is absent. */
  <T> T read(String key, ValueKind<T> kind, T fallback) {
    T value = readOrNull(key, kind);
    return value == null ? fallback : value;
  }

  /** The value; its absence is a problem. */
  <T> T require(String key, ValueKind<T> kind) {
    T value = readOrNull(key, kind);
    if (value == null) {
      missing(key, kind.expected().apply(""));
      return kind.placeholder();
    }
    return value;
  }

  /** The value; null where the key is absent. */
  <T> @Nullable T readOrNull(String key, ValueKind<T> kind) {
    JobNode node = take(key);
    if (node == null) {
      return null;
    }
    if (!(node instanceof JobNode.Scalar scalar)) {
      report(node, key, kind.expected().apply(""));
      return kind.placeholder();
    }
    T value = kind.parse().of(scalar.text().strip());
    if (value == null) {
      report(node, key, kind.expected().apply(scalar.text().strip()));
      return kind.placeholder();
    }
    return value;
  }

  /** The mapping under a key, empty where it is absent. */
  MappingReader section(String key) {
    JobNode node = take(key);
    if (node == null) {
      return child(key, JobNode.Mapping.empty(mapping.place()), silent);
    }
    if (node instanceof JobNode.Mapping inner) {
      return child(key, inner, silent);
    }
    report(node, key, "expected a mapping of keys");
    return child(key, JobNode.Mapping.empty(node.place()), true);
  }

  /** The mapping under a key; its absence is a problem. */
  MappingReader requireSection(String key, String expected) {
    if (take(key) == null) {
      missing(key, expected);
      return child(key, JobNode.Mapping.empty(mapping.place()), true);
    }
    return section(key);
  }

  /** Makes a key known without reading it. */
  MappingReader allow(Iterable<String> keys) {
    for (String key : keys) {
      if (!known.contains(key)) {
        known.add(key);
        problems.know(pathOf(key));
      }
    }
    return this;
  }

  /** Whether the key is there and not empty. */
  boolean has(String key) {
    JobNode node = mapping.children().get(key);
    return node != null && !(node instanceof JobNode.Scalar scalar && scalar.absent());
  }

  /** Whether the key is written, with or without a value. */
  boolean names(String key) {
    return mapping.children().containsKey(key);
  }

  /** Whether the key holds a single value. */
  boolean isScalar(String key) {
    return mapping.children().get(key) instanceof JobNode.Scalar && has(key);
  }

  /** Whether the key holds keys of its own. */
  boolean isMapping(String key) {
    return mapping.children().get(key) instanceof JobNode.Mapping;
  }

  /** All keys that are written. */
  Set<String> keys() {
    return mapping.children().keySet();
  }

  /** Notes a problem with the section as a whole. */
  void problem(String text) {
    if (!silent) {
      problems.add(mapping.place(), path, text);
    }
  }

  /** Notes a problem with one key, at its own place if it is written. */
  void problem(String key, String text) {
    JobNode node = mapping.children().get(key);
    if (!silent) {
      problems.add(node == null ? mapping.place() : node.place(), pathOf(key), text);
    }
  }

  /** Reports unknown keys. To be called once all known keys were read. */
  void close() {
    for (String key : mapping.children().keySet()) {
      if (!known.contains(key)) {
        unknown(key);
      }
    }
  }

  private void unknown(String key) {
    JobNode node = mapping.children().get(key);
    if (!silent && node != null) {
      problems.addLate(node.place(), pathOf(key), () -> "unknown key; " + hint(key));
    }
  }

  private String hint(String key) {
    return Spelling.near(key, known)
        .map(this::pathOf)
        .or(() -> problems.elsewhere(key))
        .map(near -> "nearest key \"" + near + "\"")
        .orElseGet(
            () ->
                known.isEmpty()
                    ? "it takes no keys"
                    : "expected one of " + String.join(", ", known));
  }

  /** Whether nothing is known to be wrong with a key. */
  boolean clean(String key) {
    return !silent && problems.clean(pathOf(key));
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private MappingReader child(String key, JobNode.Mapping inner, boolean childSilent) {
    return new MappingReader(inner, pathOf(key), problems, childSilent);
  }

  private @Nullable JobNode take(String key) {
    allow(List.of(key));
    return has(key) ? mapping.children().get(key) : null;
  }

  private void missing(String key, String expected) {
    problem(key, "missing; " + expected);
  }

  private void report(JobNode node, String key, String expected) {
    if (node instanceof JobNode.Broken broken) {
      if (!broken.problem().isEmpty()) {
        problem(key, broken.problem());
      }
    } else {
      problem(key, "is " + node.seen() + "; " + expected);
    }
  }
}
