package io.trireme.data.source;

import io.trireme.data.BadDataException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job asks of a format.
 *
 * @param set the set that is wanted, {@code train} or {@code test}
 * @param split its number, 0 for training and 1 for test: sources that draw share no example
 *     between sets
 * @param seed the job's seed
 * @param options values by the names of {@link ExampleSourceProvider#keys()}
 */
public record SourceRequest(String set, int split, long seed, Map<String, Object> options) {

  public SourceRequest {
    options = Map.copyOf(options);
  }

  /** The job file's name of an option. */
  public String key(String name) {
    return "data." + set + "." + name;
  }

  /**
   * An option of {@link SourceKey.Kind#PATH}.
   *
   * @param use what the format needs it for, for the message
   * @throws BadDataException if it is missing or no path
   */
  public String path(String name, String use) {
    Object value = options.get(name);
    if (value instanceof String path && !path.isBlank()) {
      return path;
    }
    throw wrong(name, "a path or a URI", value, use);
  }

  /**
   * An option of {@link SourceKey.Kind#COUNT}.
   *
   * @param use what the format needs it for, for the message
   * @throws BadDataException if it is missing or no whole number from 1
   */
  public int count(String name, String use) {
    Object value = options.get(name);
    if (value instanceof Integer count && count >= 1) {
      return count;
    }
    throw wrong(name, "at least 1", value, use);
  }

  private BadDataException wrong(String name, String expected, @Nullable Object value, String use) {
    return new BadDataException(
        key(name)
            + ": expected "
            + expected
            + ", seen "
            + (value == null ? "nothing" : value)
            + "; "
            + use);
  }
}
