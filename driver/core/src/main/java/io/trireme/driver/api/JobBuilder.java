package io.trireme.driver.api;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.rows.ProgramFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.yaml.snakeyaml.Yaml;

/**
 * A job put together in Java, of the keys that job files have; {@code conf/reference.yaml}
 * describes each. It is read as a job file is: with the same defaults, and all mistakes told
 * together.
 */
public final class JobBuilder {
  private final Map<String, Object> keys = new LinkedHashMap<>();

  private JobBuilder() {}

  /**
   * A job of this id, which names its run folder.
   *
   * @param id letters, digits, dots, dashes and underscores
   */
  public static JobBuilder named(String id) {
    return new JobBuilder().set("job", id);
  }

  /**
   * Sets a key, in place of an earlier value.
   *
   * @param key with dots between its levels, such as {@code batch.size}
   * @param value text, a number, a boolean, or a {@link Map} or {@link List} of them
   */
  public JobBuilder set(String key, Object value) {
    Map<String, Object> at = keys;
    int from = 0;
    for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', from)) {
      at = level(at, key.substring(from, dot));
      from = dot + 1;
    }
    at.put(key.substring(from), value);
    return this;
  }

  /** Sets how many workers there are, no fewer at the start than later. */
  public JobBuilder workers(int count) {
    return set("workers.min", count).set("workers.max", count);
  }

  /**
   * The examples are those that the program hands over, see {@link Training#trainOn(Dataset,
   * Columns)}.
   */
  public JobBuilder rowsOfProgram() {
    return set("data", Map.of("format", ProgramFormat.NAME, "train", Map.of()));
  }

  /** Forgets a key of the root, so that its default holds. */
  public JobBuilder without(String key) {
    keys.remove(key);
    return this;
  }

  @SuppressWarnings("unchecked") // Maps below the root are made here, or have the keys of YAML.
  private static Map<String, Object> level(Map<String, Object> above, String key) {
    Object known = above.get(key);
    Map<String, Object> level =
        known instanceof Map<?, ?> map
            ? new LinkedHashMap<>((Map<String, Object>) map)
            : new LinkedHashMap<>();
    above.put(key, level);
    return level;
  }

  /**
   * The validated job.
   *
   * @throws io.trireme.driver.jobfile.BadJobFile with every mistake, each with its line in the YAML
   *     that the keys make
   */
  public JobConfig build() {
    return JobFile.parse("job in Java", new Yaml().dump(keys), List.of(), Map.of());
  }
}
