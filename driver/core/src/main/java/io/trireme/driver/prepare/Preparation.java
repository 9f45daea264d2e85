package io.trireme.driver.prepare;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a job's sources into shards, as a Spark job.
 *
 * <p>The sets lie in {@code FINGERPRINT/train} and {@code FINGERPRINT/test} under the shards
 * folder, the fingerprint being that of sources and options. A second preparation of the same finds
 * them and makes nothing; one that was cut short is made again in place, since a set exists only
 * with its description, which is written last. Folders of other fingerprints are left alone.
 */
public final class Preparation {
  private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
  private static final String TRAIN = "train";
  private static final String TEST = "test";
  private static final int ZOO_CLASSES = 10;

  private Preparation() {}

  /**
   * Prepares the sets of a job. Models of the zoo have {@value #ZOO_CLASSES} classes; for others
   * the training set's labels decide.
   *
   * @param shardsFolder folder of all prepared sets; every executor must be able to write it
   * @throws BadDataException when a source is missing or bad; the message tells every problem
   */
  public static PreparedData prepare(JavaSparkContext spark, JobConfig job, Path shardsFolder)
      throws IOException {
    return prepare(spark, job, shardsFolder, job.model().zoo() == null ? 0 : ZOO_CLASSES);
  }

  /**
   * Prepares the sets of a job whose model has a known number of classes.
   *
   * @param classes number of classes; 0 to take the training set's largest label plus one
   * @throws BadDataException when a source is missing or bad; the message tells every problem
   */
  public static PreparedData prepare(
      JavaSparkContext spark, JobConfig job, Path shardsFolder, int classes) throws IOException {
    Configuration configuration = spark.hadoopConfiguration();
    List<SetSource> sources = sources(job, configuration);
    String fingerprint = Fingerprint.of(sources, classes, configuration);
    FileSystem fileSystem = PlainFiles.of(shardsFolder, configuration);
    Path folder = new Path(fileSystem.makeQualified(shardsFolder), fingerprint);

    Map<String, DatasetDescription> ready = new LinkedHashMap<>();
    for (SetSource source : sources) {
      Path setFolder = new Path(folder, source.set());
      if (isReady(fileSystem, setFolder, fingerprint, configuration)) {
        ready.put(source.set(), DatasetDescription.read(setFolder, configuration));
      }
    }
    boolean reused = ready.size() == sources.size();
    if (reused) {
      LOG.info("prepared data found in {}", folder);
    } else {
      LOG.info("preparing data in {}", folder);
      ready = make(spark, sources, folder, fingerprint, classes);
    }
    return new PreparedData(
        new Path(folder, TRAIN).toString(),
        new Path(folder, TEST).toString(),
        present(ready, TRAIN),
        present(ready, TEST),
        reused);
  }

  private static DatasetDescription present(Map<String, DatasetDescription> sets, String name) {
    DatasetDescription set = sets.get(name);
    if (set == null) {
      throw new IllegalStateException("no set " + name + " was made");
    }
    return set;
  }

  private static List<SetSource> sources(JobConfig job, Configuration configuration)
      throws IOException {
    return switch (job.data().format()) {
      case "idx" ->
          List.of(
              SetSource.Idx.of(TRAIN, job.data().train(), configuration),
              SetSource.Idx.of(TEST, job.data().test(), configuration));
      case "digits" ->
          List.of(
              SetSource.Digits.of(TRAIN, job.seed(), 0, job.data().train()),
              SetSource.Digits.of(TEST, job.seed(), 1, job.data().test()));
      default ->
          throw new BadDataException(
              "data.format: expected idx or digits, seen " + job.data().format());
    };
  }

  private static boolean isReady(
      FileSystem fileSystem, Path setFolder, String fingerprint, Configuration configuration)
      throws IOException {
    if (!fileSystem.exists(new Path(setFolder, DatasetDescription.FILE))) {
      return false;
    }
    try {
      DatasetDescription set = DatasetDescription.read(setFolder, configuration);
      for (Shard shard : set.shards()) {
        long length = fileSystem.getFileStatus(new Path(setFolder, shard.file())).getLen();
        if (length != shard.lengthBytes()) {
          throw new BadDataException(
              "%s: expected %d bytes, seen %d"
                  .formatted(shard.file(), shard.lengthBytes(), length));
        }
      }
      return set.fingerprint().equals(fingerprint);
    } catch (BadDataException | FileNotFoundException incomplete) {
      LOG.warn("preparing {} again: {}", setFolder, incomplete.getMessage());
      return false;
    }
  }

  private static Map<String, DatasetDescription> make(
      JavaSparkContext spark, List<SetSource> sources, Path folder, String fingerprint, int classes)
      throws IOException {
    List<ShardTask> tasks = sources.stream().flatMap(source -> source.tasks().stream()).toList();
    List<PreparedShard> reports = run(spark, new ArrayList<>(tasks), folder.toString());
    List<String> problems = new ArrayList<>();
    Map<String, PreparedShard> sets = new LinkedHashMap<>();
    for (int i = 0; i < tasks.size(); i++) {
      PreparedShard report = reports.get(i);
      if (report.problem() != null) {
        problems.add(report.problem());
      } else {
        sets.merge(tasks.get(i).set(), report, PreparedShard::plus);
      }
    }
    if (!problems.isEmpty()) {
      throw new BadDataException(String.join(System.lineSeparator(), problems));
    }
    Map<String, DatasetDescription> described =
        SetChecks.describe(sources, sets, fingerprint, classes);
    for (DatasetDescription set : described.values()) {
      set.write(new Path(folder, set.name()), spark.hadoopConfiguration());
    }
    return described;
  }

  private static List<PreparedShard> run(
      JavaSparkContext spark, ArrayList<ShardTask> tasks, String folder) throws IOException {
    Broadcast<SerializableConfiguration> configuration =
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    List<Integer> indices = IntStream.range(0, tasks.size()).boxed().toList();
    List<String> reports =
        spark
            .parallelize(indices, indices.size())
            .map(index -> report(tasks.get(index), folder, configuration.value().value()))
            .collect();
    configuration.destroy();
    List<PreparedShard> parsed = new ArrayList<>();
    for (String report : reports) {
      parsed.add(PreparedShard.fromJson(report));
    }
    return parsed;
  }

  /** Bad data is an answer, not a failure, or Spark would try it again. */
  private static String report(ShardTask task, String folder, Configuration configuration)
      throws IOException {
    PreparedShard report;
    try {
      report = task.run(new Path(folder, task.set()).toString(), configuration);
    } catch (BadDataException bad) {
      report = PreparedShard.problem(String.valueOf(bad.getMessage()));
    }
    return report.toJson();
  }
}
