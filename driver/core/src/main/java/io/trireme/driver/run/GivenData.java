package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.prepare.Preparation;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.prepare.SetSource;
import io.trireme.driver.rows.GivenSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Examples that a program hands over: written down once, then prepared as those of any source.
 *
 * @param train the training set
 * @param test the test set, if there is one
 */
public record GivenData(GivenSet<?> train, Optional<GivenSet<?>> test)
    implements RunInputs.DataInput {

  @Override
  public PreparedData prepare(JavaSparkContext spark, JobConfig job, RunFolder folder)
      throws IOException {
    Path shards = RunInputs.shardsFolder(job, folder);
    FileSystem fs = PlainFiles.of(shards, spark.hadoopConfiguration());
    Path staging = new Path(fs.makeQualified(shards), "staging-" + UUID.randomUUID());
    try {
      List<SetSource> sets = new ArrayList<>();
      sets.add(new SetSource(SetSource.TRAIN, train.stage(spark, "training", staging)));
      if (test.isPresent()) {
        sets.add(new SetSource(SetSource.TEST, test.get().stage(spark, "test", staging)));
      }
      return Preparation.prepare(spark, sets, shards, train.classes());
    } finally {
      boolean unused = fs.delete(staging, true);
    }
  }
}
