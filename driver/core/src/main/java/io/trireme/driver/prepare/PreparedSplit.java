package io.trireme.driver.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.data.DatasetDescription.Shard;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task made of its part of a set, or of all of it; travels from executor to driver as JSON,
 * which any serializer that Spark is set to can carry.
 *
 * @param shards what was written; the first begins with example 0
 * @param tensors what was counted of each tensor
 * @param problem what is wrong with the source; null when nothing is
 */
record PreparedSplit(List<Shard> shards, List<TensorTally> tensors, @Nullable String problem) {
  private static final ObjectMapper JSON = new ObjectMapper();

  PreparedSplit {
    shards = List.copyOf(shards);
    tensors = List.copyOf(tensors);
  }

  static PreparedSplit problem(String problem) {
    return new PreparedSplit(List.of(), List.of(), problem);
  }

  /**
   * The report of both parts of one set, of which the other is the later; neither has a problem.
   */
  PreparedSplit plus(PreparedSplit later) {
    long examples = examples();
    List<Shard> all = new ArrayList<>(shards);
    for (Shard shard : later.shards) {
      all.add(
          new Shard(
              shard.file(),
              examples + shard.firstExample(),
              shard.examples(),
              shard.lengthBytes(),
              shard.crc32c()));
    }
    List<TensorTally> tallies = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      tallies.add(tensors.get(i).plus(later.tensors.get(i), examples));
    }
    return new PreparedSplit(all, tallies, null);
  }

  long examples() {
    return shards.stream().mapToLong(Shard::examples).sum();
  }

  String toJson() throws JsonProcessingException {
    return JSON.writeValueAsString(this);
  }

  static PreparedSplit fromJson(String json) throws JsonProcessingException {
    return JSON.readValue(json, PreparedSplit.class);
  }
}
