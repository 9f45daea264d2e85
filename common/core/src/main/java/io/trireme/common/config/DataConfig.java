package io.trireme.common.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The data sets. What a set's options are is its format's affair; their names are the job file's
 * keys, and their values text, Integer or Boolean as the format says.
 *
 * @param format how the data is stored, such as {@code idx}
 * @param train the options of the training set
 * @param test the options of the test set; empty if there is none
 * @param shards folder of the prepared shards; by default {@code data} under the output folder
 */
public record DataConfig(
    String format, Map<String, Object> train, Map<String, Object> test, @Nullable String shards) {

  public DataConfig {
    train = Map.copyOf(train);
    test = Map.copyOf(test);
  }
}
