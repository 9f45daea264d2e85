package io.trireme.driver.jobfile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a job file after substitution, with the place to blame when it is wrong. */
sealed interface JobNode {

  /** Where the value's key stands. */
  SourcePosition place();

  /** How a message names what was found. */
  String seen();

  /**
   * A single value.
   *
   * @param absent whether nothing was written, so that the key's default holds
   * @param unset variables of the environment that are not set, so that their defaults hold in the
   *     text
   */
  record Scalar(String text, boolean absent, List<String> unset, SourcePosition place)
      implements JobNode {
    public Scalar {
      unset = List.copyOf(unset);
    }

    /** Nothing. */
    static Scalar nothing(SourcePosition place) {
      return new Scalar("", true, List.of(), place);
    }

    @Override
    public String seen() {
      return "\"" + text + "\"";
    }
  }

  /** Keys and their values, in the order of the file. */
  record Mapping(Map<String, JobNode> children, SourcePosition place) implements JobNode {

    static Mapping empty(SourcePosition place) {
      return new Mapping(Map.of(), place);
    }

    /** A copy in which the key has this value. */
    Mapping with(String key, JobNode child) {
      Map<String, JobNode> copy = new LinkedHashMap<>(children);
      copy.put(key, child);
      return new Mapping(copy, place);
    }

    @Override
    public String seen() {
      return children.isEmpty()
          ? "an empty mapping"
          : "a mapping with " + String.join(", ", children.keySet());
    }
  }

  /** A list; no key takes one, so its items are not kept. */
  record Sequence(SourcePosition place) implements JobNode {
    @Override
    public String seen() {
      return "a list";
    }
  }

  /** A value that cannot be used, and why; reported only if its key is read. */
  record Broken(String problem, SourcePosition place) implements JobNode {
    @Override
    public String seen() {
      return problem;
    }
  }
}
