package io.trireme.driver.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.data.DatasetDescription.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a task made of its part of a set, or of all of it; travels from executor to driver as JSON,
 * which any serializer that Spark is set to can carry.
 *
 * @param height rows of an image
 * @param width columns of an image
 * @param shards what was written
 * @param pixels how often each byte value occurs
 * @param labels how often each label occurs
 * @param firstRecords index of the first example of each label, {@link #NONE} where there is none
 * @param problem what is wrong with the source; null when nothing is
 */
record PreparedShard(
    int height,
    int width,
    List<Shard> shards,
    List<Long> pixels,
    List<Long> labels,
    List<Long> firstRecords,
    @Nullable String problem) {
  static final long NONE = Long.MAX_VALUE;

  private static final ObjectMapper JSON = new ObjectMapper();

  static PreparedShard of(int height, int width, List<Shard> shards, Tally tally) {
    return new PreparedShard(
        height,
        width,
        List.copyOf(shards),
        list(tally.pixels()),
        list(tally.labels()),
        list(tally.firstRecords()),
        null);
  }

  static PreparedShard problem(String problem) {
    return new PreparedShard(0, 0, List.of(), List.of(), List.of(), List.of(), problem);
  }

  /** The report of both parts of one set; neither may have a problem. */
  PreparedShard plus(PreparedShard other) {
    List<Shard> both = new ArrayList<>(shards);
    both.addAll(other.shards);
    both.sort(Comparator.comparingLong(Shard::firstExample));
    return new PreparedShard(
        height,
        width,
        both,
        combine(pixels, other.pixels, Long::sum),
        combine(labels, other.labels, Long::sum),
        combine(firstRecords, other.firstRecords, Math::min),
        null);
  }

  long examples() {
    return labels.stream().mapToLong(Long::longValue).sum();
  }

  /** The largest label that occurs. */
  int maxLabel() {
    int label = labels.size() - 1;
    while (labels.get(label) == 0) {
      label--;
    }
    return label;
  }

  /** Mean of the bytes. */
  double mean() {
    double sum = 0;
    double count = 0;
    for (int value = 0; value < pixels.size(); value++) {
      sum += (double) value * pixels.get(value);
      count += pixels.get(value);
    }
    return sum / count;
  }

  /** Standard deviation of the bytes. */
  double standardDeviation() {
    double mean = mean();
    double sum = 0;
    double count = 0;
    for (int value = 0; value < pixels.size(); value++) {
      sum += (value - mean) * (value - mean) * pixels.get(value);
      count += pixels.get(value);
    }
    return Math.sqrt(sum / count);
  }

  String toJson() throws JsonProcessingException {
    return JSON.writeValueAsString(this);
  }

  static PreparedShard fromJson(String json) throws JsonProcessingException {
    return JSON.readValue(json, PreparedShard.class);
  }

  private static List<Long> list(long[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static List<Long> combine(List<Long> left, List<Long> right, LongBinaryOperator how) {
    List<Long> both = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      both.add(how.applyAsLong(left.get(i), right.get(i)));
    }
    return both;
  }
}
