package io.trireme.common.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.trireme.common.config.Defaults;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What changed between a checkpoint and the job that is to go on from it. A change is safe if the
 * parameters after any step are those that the checkpoint's own job would have had, but for other
 * numbers of workers beside codecs that keep something back; what is not known to be safe is not.
 */
public final class Differences {
  private static final String NONE = "none";

  /** Keys, with all below them, that have no say in what is computed. */
  private static final Map<String, String> SAFE =
      new TreeMap<>(
          Map.of(
              "workers.min", "who computes does not change what is computed",
              "workers.max", "who computes does not change what is computed",
              "servers", "who holds the parameters does not change them",
              "checkpoint", "when checkpoints are written does not change what is computed",
              "output", "the place of results does not change them",
              "transport", "how messages travel does not change what they say",
              "sync.stepTimeoutSeconds", "how long a step may take does not change it",
              "nonFinite.maxSkippedSteps", "when a run gives up does not change what it computes",
              "data.shards",
                  "the place of the data does not change it; its fingerprint is compared"));

  /** What a job was that says nothing of a key: of jobs from before there was a choice. */
  private static final Map<String, String> BEFORE =
      Map.of("engine.name", Defaults.ENGINE, "engine.math", Defaults.MATH);

  /** Keys that decide which worker computes which slots. */
  private static final Set<String> MOVERS = Set.of("workers.min", "workers.max");

  private Differences() {}

  /**
   * Compares a checkpoint with a job.
   *
   * @param stored the checkpoint
   * @param config the job's configuration, see {@link Fingerprints#json}
   * @param layoutFingerprint the layout of the job's model, see {@link Fingerprints#ofLayout}
   * @param dataset fingerprint of the job's training set; empty if it is not known
   * @return all differences, in the order of their keys; empty if there are none
   */
  public static List<Difference> of(
      Manifest stored, JsonNode config, String layoutFingerprint, String dataset) {
    List<Difference> all = new ArrayList<>(of(stored.config(), config));
    if (!stored.layoutFingerprint().equals(layoutFingerprint)) {
      all.add(
          new Difference(
              "layout",
              brief(stored.layoutFingerprint()),
              brief(layoutFingerprint),
              false,
              "the stored parameters and optimizer state are of another model"));
    }
    String data = stored.cursor().dataset();
    if (!data.isEmpty() && !dataset.isEmpty() && !data.equals(dataset)) {
      all.add(
          new Difference(
              "dataset", brief(data), brief(dataset), false, "the training set has changed"));
    }
    return List.copyOf(all);
  }

  /** Compares two configurations. */
  public static List<Difference> of(JsonNode stored, JsonNode current) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> now = new TreeMap<>();
    flatten("", stored, before);
    flatten("", current, now);
    boolean lossy = isLossy(stored);
    SortedSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    List<Difference> all = new ArrayList<>();
    for (String key : keys) {
      String old = before.getOrDefault(key, BEFORE.getOrDefault(key, NONE));
      String value = now.getOrDefault(key, BEFORE.getOrDefault(key, NONE));
      if (!old.equals(value)) {
        all.add(
            lossy && MOVERS.contains(key) ? moved(key, old, value) : difference(key, old, value));
      }
    }
    return List.copyOf(all);
  }

  /** Whether workers keep something back, which then goes where their slots go. */
  private static boolean isLossy(JsonNode config) {
    JsonNode compression = config.path("compression");
    return !compression.path("way").path("codec").asText(NONE).equals(NONE)
        || !compression.path("overrides").isEmpty();
  }

  private static Difference moved(String key, String old, String value) {
    return new Difference(
        key,
        old,
        value,
        true,
        "nothing is lost, but what codecs keep back moves to other workers, so that the bits differ"
            + " from then on");
  }

  private static Difference difference(String key, String old, String value) {
    for (Map.Entry<String, String> safe : SAFE.entrySet()) {
      if (key.equals(safe.getKey()) || key.startsWith(safe.getKey() + ".")) {
        return new Difference(key, old, value, true, safe.getValue());
      }
    }
    if (key.equals("epochs")) {
      boolean more = isLess(old, value);
      return new Difference(
          key,
          old,
          value,
          more,
          more ? "more epochs go on where fewer end" : "the job may be past its end already");
    }
    return new Difference(key, old, value, false, "it changes what is computed");
  }

  private static boolean isLess(String old, String value) {
    try {
      return Long.parseLong(old) < Long.parseLong(value);
    } catch (NumberFormatException notNumbers) {
      return false;
    }
  }

  private static void flatten(String key, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
        Map.Entry<String, JsonNode> field = fields.next();
        flatten(
            key.isEmpty() ? field.getKey() : key + "." + field.getKey(), field.getValue(), into);
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(key + "[" + i + "]", node.get(i), into);
      }
    } else if (!node.isNull()) {
      into.put(key, node.asText());
    }
  }

  private static String brief(String fingerprint) {
    return fingerprint.length() > 12 ? fingerprint.substring(0, 12) : fingerprint;
  }
}
