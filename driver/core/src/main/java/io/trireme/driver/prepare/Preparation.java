package io.trireme.driver.prepare;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.shard.ShardPlan;
import io.trireme.data.source.SourceContents;
import io.trireme.worker.engine.ModelFamily;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private Preparation() {}

  /**
   * Prepares the sets of a job, whose model says how many classes there are; where it does not, the
   * training set's labels decide.
   *
   * @param shardsFolder folder of all prepared sets; every executor must be able to write it
   * @throws BadDataException when a source is missing or bad; the message tells every problem
   */
  public static PreparedData prepare(JavaSparkContext spark, JobConfig job, Path shardsFolder)
      throws IOException {
    int classes =
        ModelFamily.named(job.model().family()).classes(job.model(), spark.hadoopConfiguration());
    return prepare(spark, job, shardsFolder, classes);
  }

  /**
   * Prepares the sets of a job whose model has a known number of classes.
   *
   * @param classes number of classes; 0 to take the training set's largest label plus one
   * @throws BadDataException when a source is missing or bad; the message tells every problem
   */
  public static PreparedData prepare(
      JavaSparkContext spark, JobConfig job, Path shardsFolder, int classes) throws IOException {
    return prepare(spark, SetSource.of(job), shardsFolder, classes);
  }

  /**
   * Prepares a training set and, if there is one, a test set.
   *
   * @param sources where they come from, the training set first
   * @param classes number of classes; 0 to take the training set's largest label plus one
   * @throws BadDataException when a source is missing or bad; the message tells every problem
   */
  public static PreparedData prepare(
      JavaSparkContext spark, List<SetSource> sources, Path shardsFolder, int classes)
      throws IOException {
    Configuration configuration = spark.hadoopConfiguration();
    Map<String, SourceContents> contents = contents(sources, configuration);
    String fingerprint = Fingerprint.of(List.copyOf(contents.values()), classes);
    FileSystem fileSystem = PlainFiles.of(shardsFolder, configuration);
    Path folder = new Path(fileSystem.makeQualified(shardsFolder), fingerprint);

    Map<String, DatasetDescription> ready = new LinkedHashMap<>();
    for (String set : contents.keySet()) {
      Path setFolder = new Path(folder, set);
      if (isReady(fileSystem, setFolder, fingerprint, configuration)) {
        ready.put(set, DatasetDescription.read(setFolder, configuration));
      }
    }
    boolean reused = ready.size() == contents.size();
    if (reused) {
      LOG.info("prepared data found in {}", folder);
    } else {
      LOG.info("preparing data in {}", folder);
      try {
        ready = make(spark, contents, folder, fingerprint, classes);
      } catch (BadDataException refused) {
        discard(fileSystem, folder, contents.keySet(), refused);
        throw refused;
      }
    }
    return new PreparedData(
        new Path(folder, SetSource.TRAIN).toString(),
        ready.containsKey(SetSource.TEST) ? new Path(folder, SetSource.TEST).toString() : "",
        present(ready, SetSource.TRAIN),
        ready.get(SetSource.TEST),
        Fingerprint.of(contents.values().stream().limit(1).toList(), classes),
        reused);
  }

  /** Deletes what was made of data that are refused: without a description nobody reads it. */
  private static void discard(
      FileSystem fileSystem, Path folder, Set<String> sets, BadDataException refused) {
    try {
      for (String set : sets) {
        Path setFolder = new Path(folder, set);
        if (!fileSystem.exists(new Path(setFolder, DatasetDescription.FILE))) {
          boolean unused = fileSystem.delete(setFolder, true);
        }
      }
      if (fileSystem.exists(folder) && fileSystem.listStatus(folder).length == 0) {
        boolean unused = fileSystem.delete(folder, false);
      }
    } catch (IOException e) {
      refused.addSuppressed(e);
    }
  }

  private static DatasetDescription present(Map<String, DatasetDescription> sets, String name) {
    DatasetDescription set = sets.get(name);
    if (set == null) {
      throw new IllegalStateException("no set " + name + " was made");
    }
    return set;
  }

  /** What the sources hold, by the names of their sets, in their order. */
  private static Map<String, SourceContents> contents(
      List<SetSource> sources, Configuration configuration) throws IOException {
    Map<String, SourceContents> contents = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (SetSource source : sources) {
      try {
        contents.put(source.set(), source.source().contents(configuration));
      } catch (BadDataException bad) {
        problems.add(String.valueOf(bad.getMessage()));
      }
    }
    throwIfAny(problems);
    return contents;
  }

  private static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new BadDataException(String.join(System.lineSeparator(), problems));
    }
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
              shard.file() + ": expected " + shard.lengthBytes() + " bytes, seen " + length);
        }
      }
      return set.fingerprint().equals(fingerprint);
    } catch (BadDataException | FileNotFoundException incomplete) {
      LOG.warn("preparing {} again: {}", setFolder, incomplete.getMessage());
      return false;
    }
  }

  private static Map<String, DatasetDescription> make(
      JavaSparkContext spark,
      Map<String, SourceContents> contents,
      Path folder,
      String fingerprint,
      int classes)
      throws IOException {
    ExampleSchema schema = contents.values().iterator().next().schema();
    contents.forEach((set, source) -> checkSchema(set, schema, source.schema()));
    List<SplitTask> tasks = tasks(contents);
    List<PreparedSplit> reports = run(spark, tasks, folder.toString());
    List<String> problems = new ArrayList<>();
    Map<String, PreparedSplit> sets = new LinkedHashMap<>();
    for (int i = 0; i < tasks.size(); i++) {
      PreparedSplit report = reports.get(i);
      if (report.problem() != null) {
        problems.add(report.problem());
      } else {
        sets.merge(tasks.get(i).set(), report, PreparedSplit::plus);
      }
    }
    throwIfAny(problems);
    for (String set : contents.keySet()) {
      if (!sets.containsKey(set) || sets.get(set).examples() == 0) {
        throw new BadDataException("data." + set + ": expected examples, seen none");
      }
    }
    Map<String, DatasetDescription> described =
        SetChecks.describe(schema, sets, fingerprint, classes);
    for (DatasetDescription set : described.values()) {
      set.write(new Path(folder, set.name()), spark.hadoopConfiguration());
    }
    return described;
  }

  /** All sets have the training set's tensors. */
  private static void checkSchema(String set, ExampleSchema train, ExampleSchema seen) {
    if (seen.equals(train)) {
      return;
    }
    List<String> expected = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < Math.max(train.tensors().size(), seen.tensors().size()); i++) {
      String left = text(train, i);
      String right = text(seen, i);
      if (!left.equals(right)) {
        expected.add(left);
        found.add(right);
      }
    }
    throw new BadDataException(
        "data."
            + set
            + ": expected "
            + String.join(", ", expected)
            + " as in the training set, seen "
            + String.join(", ", found)
            + "; name the files of one data set");
  }

  private static String text(ExampleSchema schema, int tensor) {
    return tensor < schema.tensors().size()
        ? schema.tensors().get(tensor).text()
        : "no other tensor";
  }

  private static List<SplitTask> tasks(Map<String, SourceContents> contents) {
    List<SplitTask> tasks = new ArrayList<>();
    contents.forEach(
        (set, source) -> {
          int perShard = ShardPlan.examplesPerShard(source.schema(), source.examples());
          for (int i = 0; i < source.splits().size(); i++) {
            tasks.add(new SplitTask(set, i, source.splits().get(i), source.schema(), perShard));
          }
        });
    return tasks;
  }

  private static List<PreparedSplit> run(
      JavaSparkContext spark, List<SplitTask> tasks, String folder) throws IOException {
    Broadcast<SerializableConfiguration> configuration =
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    List<Integer> indices = IntStream.range(0, tasks.size()).boxed().toList();
    List<String> reports =
        spark
            .parallelize(indices, indices.size())
            .map(index -> report(tasks.get(index), folder, configuration.value().value()))
            .collect();
    // Its removal without waiting fails beside the end of the application.
    configuration.unpersist(true);
    List<PreparedSplit> parsed = new ArrayList<>();
    for (String report : reports) {
      parsed.add(PreparedSplit.fromJson(report));
    }
    return parsed;
  }

  /** Bad data is an answer, not a failure, or Spark would try it again. */
  private static String report(SplitTask task, String folder, Configuration configuration)
      throws IOException {
    PreparedSplit report;
    try {
      report = task.run(new Path(folder, task.set()).toString(), configuration);
    } catch (BadDataException bad) {
      report = PreparedSplit.problem(String.valueOf(bad.getMessage()));
    }
    return report.toJson();
  }
}
