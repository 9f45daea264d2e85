package io.trireme.driver.jobfile;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies {@code --set a.b=c}: a later one wins, an empty value brings a key's default back. */
final class Overrides {
  private final Substitution substitution;
  private final Problems problems;

  Overrides(Substitution substitution, Problems problems) {
    this.substitution = substitution;
    this.problems = problems;
  }

  /** The root with one override after the other. */
  JobNode.Mapping apply(JobNode.Mapping root, List<String> sets) {
    JobNode.Mapping result = root;
    for (int i = 0; i < sets.size(); i++) {
      String set = sets.get(i);
      int equals = set.indexOf('=');
      String path = equals < 0 ? set : set.substring(0, equals).strip();
      SourcePosition place = SourcePosition.ofOverride(path, i);
      List<String> keys = Arrays.asList(path.split("\\.", -1));
      if (equals < 0 || keys.stream().anyMatch(String::isBlank)) {
        problems.add(place, path, "\"" + set + "\" is malformed; expected key.key=value");
        continue;
      }
      JobNode value =
          JobYaml.ofOverride(place, path, set.substring(equals + 1), substitution, problems);
      JobNode child = value == null ? JobNode.Scalar.nothing(place) : value;
      JobNode.Mapping changed = put(result, keys, 0, child);
      result = changed == null ? result : changed;
    }
    return result;
  }

  private JobNode.@Nullable Mapping put(
      JobNode.Mapping parent, List<String> keys, int depth, JobNode value) {
    String key = keys.get(depth);
    if (depth == keys.size() - 1) {
      return parent.with(key, value);
    }
    JobNode child = parent.children().get(key);
    JobNode.Mapping inner;
    if (child == null || (child instanceof JobNode.Scalar scalar && scalar.absent())) {
      inner = JobNode.Mapping.empty(value.place());
    } else if (child instanceof JobNode.Mapping mapping) {
      inner = mapping;
    } else {
      String path = String.join(".", keys);
      String held = String.join(".", keys.subList(0, depth + 1));
      problems.add(
          value.place(),
          path,
          "key " + held + " is " + child.seen() + ", which has no keys of its own");
      return null;
    }
    JobNode.Mapping changed = put(inner, keys, depth + 1, value);
    return changed == null ? null : parent.with(key, changed);
  }
}
