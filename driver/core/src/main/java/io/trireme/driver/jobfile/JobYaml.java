package io.trireme.driver.jobfile;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * YAML text into {@link JobNode}s: keeps lines, substitutes the environment, refuses duplicate keys
 * and aliases. Values stay text; the reader of a key knows its type.
 */
final class JobYaml {

  private final Substitution substitution;
  private final Problems problems;
  private final @Nullable SourcePosition fixedPlace;
  private final String source;
  private final Set<Node> converted = Collections.newSetFromMap(new IdentityHashMap<>());

  private JobYaml(
      String source,
      @Nullable SourcePosition fixedPlace,
      Substitution substitution,
      Problems problems) {
    this.source = source;
    this.fixedPlace = fixedPlace;
    this.substitution = substitution;
    this.problems = problems;
  }

  /** A whole file; null if it holds nothing. */
  static @Nullable JobNode ofFile(
      String file, String text, Substitution substitution, Problems problems) {
    return new JobYaml(file, null, substitution, problems)
        .parse(text, "", new SourcePosition(file, 1));
  }

  /** The value of an override; null if it is empty. */
  static @Nullable JobNode ofOverride(
      SourcePosition place,
      String path,
      String text,
      Substitution substitution,
      Problems problems) {
    return new JobYaml(place.source(), place, substitution, problems).parse(text, path, place);
  }

  private @Nullable JobNode parse(String text, String path, SourcePosition place) {
    try {
      Node node = new Yaml(new LoaderOptions()).compose(new StringReader(text));
      return node == null ? null : convert(node, path, place);
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
      int line = mark == null ? 0 : mark.getLine();
      SourcePosition where = fixedPlace == null ? new SourcePosition(source, line + 1) : fixedPlace;
      String column = mark == null ? "" : " at column " + (mark.getColumn() + 1);
      problems.add(where, path, "is not YAML: " + e.getProblem() + column + hint(text, line));
    } catch (YAMLException e) {
      problems.add(
          place, path, "is not YAML: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
    }
    return new JobNode.Broken("", place);
  }

  private static String hint(String text, int line) {
    List<String> lines = text.lines().toList();
    return line < lines.size() && lines.get(line).contains("${")
        ? "; inside { } a value with ${...} needs quotes: \"${NAME:-default}\""
        : "";
  }

  private JobNode convert(Node node, String path, SourcePosition place) {
    if (!converted.add(node)) {
      return new JobNode.Broken("is an alias (*name); write the value out instead", place);
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar, place);
    }
    if (node instanceof MappingNode mapping) {
      return mapping(mapping, path, place);
    }
    return new JobNode.Sequence(place);
  }

  private JobNode scalar(ScalarNode node, SourcePosition place) {
    try {
      List<String> unset = new ArrayList<>();
      String text = substitution.apply(node.getValue(), unset);
      boolean absent = node.isPlain() && (text.isEmpty() || node.getTag().equals(Tag.NULL));
      return new JobNode.Scalar(text, absent, unset, place);
    } catch (Substitution.Failure e) {
      return new JobNode.Broken(String.valueOf(e.getMessage()), place);
    }
  }

  private JobNode mapping(MappingNode node, String path, SourcePosition place) {
    Map<String, JobNode> children = new LinkedHashMap<>();
    Map<String, Integer> lines = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      int line = tuple.getKeyNode().getStartMark().getLine() + 1;
      SourcePosition at = fixedPlace == null ? new SourcePosition(source, line) : fixedPlace;
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        problems.add(at, path, "has a key that is a list or a mapping; expected a word");
        continue;
      }
      String key = keyNode.getValue();
      String childPath = path.isEmpty() ? key : path + "." + key;
      Integer first = lines.putIfAbsent(key, line);
      if (first != null) {
        problems.add(at, childPath, "is given twice, first in line " + first + "; remove one");
        continue;
      }
      children.put(key, convert(tuple.getValueNode(), childPath, at));
    }
    return new JobNode.Mapping(children, place);
  }
}
