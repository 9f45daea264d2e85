package io.trireme.driver.prepare;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** What one Spark task does of the preparation of a set. */
sealed interface ShardTask extends Serializable permits IdxTask, DigitsTask {

  /** Name of the set that the task works for. */
  String set();

  /**
   * Writes the task's shards.
   *
   * @param setFolder URI of the set's folder
   * @throws io.trireme.data.BadDataException when the source is bad
   */
  PreparedShard run(String setFolder, Configuration configuration) throws IOException;
}
