package io.trireme.driver.jobfile;

import io.trireme.common.config.JobConfig;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Reads job files: YAML, then overrides, then substitution of the environment in values, then
 * validation. {@code conf/reference.yaml} describes every key.
 */
public final class JobFile {
  private JobFile() {}

  /**
   * A job and where its values come from.
   *
   * @param config the validated job
   * @param unsetVariables for each key, such as {@code data.train.images}, the variables of the
   *     environment that its value refers to and that are not set, so that the defaults in the text
   *     hold; keys without such variables are absent
   */
  public record Loaded(JobConfig config, Map<String, List<String>> unsetVariables) {
    public Loaded {
      unsetVariables = Map.copyOf(unsetVariables);
    }
  }

  /** As {@link #load}, with where values come from. */
  public static Loaded loadWithOrigins(Path file, List<String> sets, Map<String, String> env) {
    return parse(file.toString(), content(file), sets, env, NotBuiltYet::refuse);
  }

  /**
   * The validated job of a file.
   *
   * @param file the job file, UTF-8
   * @param sets overrides {@code a.b=value}, where the value is YAML; a later one wins, an empty
   *     value brings the key's default back
   * @param env what {@code ${NAME}} and {@code ${NAME:-default}} in values stand for
   * @throws BadJobFile with every mistake of the file and the overrides, each with its line or its
   *     {@code --set}, what was seen and what is expected
   */
  public static JobConfig load(Path file, List<String> sets, Map<String, String> env) {
    return parse(file.toString(), content(file), sets, env);
  }

  /** As {@link #load}, of text that was read already; the name is for messages. */
  public static JobConfig parse(
      String name, String text, List<String> sets, Map<String, String> env) {
    return parse(name, text, sets, env, NotBuiltYet::refuse).config();
  }

  /** As the other, where the caller says what else is refused. */
  static Loaded parse(
      String name,
      String text,
      List<String> sets,
      Map<String, String> env,
      BiConsumer<JobConfig, MappingReader> guard) {
    Problems problems = new Problems();
    Substitution substitution = new Substitution(env);
    JobNode root = JobYaml.ofFile(name, text, substitution, problems);
    SourcePosition start = new SourcePosition(name, 1);
    if (root == null || (root instanceof JobNode.Scalar scalar && scalar.absent())) {
      problems.add(start, "", "is empty; expected a job file such as conf/quickstart.yaml");
    } else if (!(root instanceof JobNode.Mapping) && !(root instanceof JobNode.Broken)) {
      problems.add(start, "", "is " + root.seen() + "; expected keys such as job: and model:");
    }
    JobNode.Mapping keys =
        root instanceof JobNode.Mapping mapping ? mapping : JobNode.Mapping.empty(start);
    JobNode.Mapping overridden = new Overrides(substitution, problems).apply(keys, sets);
    if (!(root instanceof JobNode.Mapping)) {
      problems.throwIfAny();
    }
    JobReader reader = new JobReader(overridden, problems);
    JobConfig config = reader.read();
    guard.accept(config, reader.root());
    problems.throwIfAny();
    Map<String, List<String>> unset = new HashMap<>();
    collectUnset("", overridden, unset);
    return new Loaded(config, unset);
  }

  private static void collectUnset(String path, JobNode node, Map<String, List<String>> unset) {
    if (node instanceof JobNode.Scalar scalar && !scalar.unset().isEmpty()) {
      unset.put(path, scalar.unset());
    } else if (node instanceof JobNode.Mapping mapping) {
      mapping
          .children()
          .forEach(
              (key, child) -> collectUnset(path.isEmpty() ? key : path + "." + key, child, unset));
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new BadJobFile(List.of(file + ": no such file; expected a job file"), e);
    } catch (CharacterCodingException e) {
      throw new BadJobFile(List.of(file + ": is not UTF-8 text; expected a job file"), e);
    } catch (IOException e) {
      throw new BadJobFile(List.of(file + ": cannot be read: " + e), e);
    }
  }
}
