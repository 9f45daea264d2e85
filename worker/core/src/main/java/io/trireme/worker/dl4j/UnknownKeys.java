package io.trireme.worker.dl4j;

import io.trireme.common.config.Spelling;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Keys of a configuration that DL4J passes over without a word, such as misspelt ones: those that
 * it does not write again.
 */
final class UnknownKeys {
  /** Keys that older versions of DL4J wrote, and that are read and written under other names. */
  private static final Set<String> OF_OLDER_VERSIONS =
      Set.of(
          "activationFn",
          "activationFunction",
          "biasLearningRate",
          "dist",
          "dropOut",
          "iUpdater",
          "l1",
          "l1Bias",
          "l2",
          "l2Bias",
          "learningRate",
          "lossFunction",
          "updater",
          "weightInit");

  private UnknownKeys() {}

  /**
   * Compares what was read with what was understood.
   *
   * @param what what to name in messages
   * @throws BadModelException with every key that was not understood
   */
  static void refuse(String json, String understood, String what) {
    List<String> problems = new ArrayList<>();
    try {
      ObjectMapper mapper = new ObjectMapper();
      compare(mapper.readTree(json), mapper.readTree(understood), "", what, problems);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("DL4J has read what is no JSON", e);
    }
    if (!problems.isEmpty()) {
      throw new BadModelException(problems);
    }
  }

  private static void compare(
      JsonNode seen, JsonNode known, String path, String what, List<String> problems) {
    if (seen.isArray() && known.isArray() && seen.size() == known.size()) {
      for (int i = 0; i < seen.size(); i++) {
        compare(seen.get(i), known.get(i), path + "[" + i + "]", what, problems);
      }
    } else if (seen.isObject() && known.isObject()) {
      Iterator<String> names = seen.fieldNames();
      while (names.hasNext()) {
        String name = names.next();
        String inner = path.isEmpty() ? name : path + "." + name;
        if (known.has(name)) {
          compare(seen.get(name), known.get(name), inner, what, problems);
        } else if (!seen.get(name).isNull() && !OF_OLDER_VERSIONS.contains(name)) {
          near(name, known)
              .ifPresent(
                  nearest ->
                      problems.add(
                          what
                              + ": DL4J knows no key "
                              + inner
                              + "; nearest key \""
                              + nearest
                              + "\"; or remove it"));
        }
      }
    }
  }

  private static Optional<String> near(String name, JsonNode known) {
    Collection<String> names = new ArrayList<>();
    known.fieldNames().forEachRemaining(names::add);
    return Spelling.near(name, names);
  }
}
