package io.trireme.driver.prepare;

import static io.trireme.driver.prepare.DataJobs.batch;
import static io.trireme.driver.prepare.DataJobs.digits;
import static io.trireme.driver.prepare.DataJobs.job;
import static io.trireme.driver.prepare.DataJobs.points;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.DataConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.ModelConfig;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.digits.DigitGenerator;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.shard.ExampleReader;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.SourceContents;
import io.trireme.data.source.SourceProblem;
import io.trireme.driver.fixture.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.lossfunctions.LossFunctions;

@ExtendWith(LocalSpark.class)
class PreparationTest {
  private static final int PIXELS = 784;

  /** Digits, four and two, as the code of version 1 wrote them. */
  private static final Path V1 =
      Path.of("..", "..", "common", "data", "src", "test", "resources", "v1-digits");

  private final JavaSparkContext spark;

  @TempDir Path folder;

  PreparationTest(JavaSparkContext spark) {
    this.spark = spark;
  }

  @Test
  void digitsAreTheGeneratorsWhateverTheShards() throws IOException {
    PreparedData data = prepare(digits(3000, 500), "shards");
    assertThat(data.train().examples()).isEqualTo(3000);
    assertThat(data.train().shards()).hasSize(2);
    assertThat(requireNonNull(data.test()).examples()).isEqualTo(500);
    assertThat(data.train().summary("label").categoryCounts().stream().mapToLong(n -> n).sum())
        .isEqualTo(3000);
    DigitGenerator generator = new DigitGenerator(42);
    byte[] image = new byte[PIXELS];
    double sum = 0;
    double squares = 0;
    try (ExampleReader reader = open(data.trainUri())) {
      ExampleBatch batch = batch(reader.schema());
      for (int i = 0; i < 3000; i++) {
        reader.read(i, 0, batch);
        int label = generator.draw(0, i, image, 0);
        assertThat(batch.buffer(1).getFloat(4 * label)).isEqualTo(1f);
        for (int p = 0; p < PIXELS; p++) {
          float value = batch.buffer(0).getFloat(4 * p);
          if (value != (float) ((image[p] & 0xff) / 255.0)) {
            throw new AssertionError("example " + i + ", pixel " + p + ": " + value);
          }
          sum += value;
          squares += value * value;
        }
      }
    }
    double mean = sum / 3000 / PIXELS;
    assertThat(data.train().summary("image").mean()).isCloseTo(mean, offset());
    assertThat(data.train().summary("image").standardDeviation())
        .isCloseTo(Math.sqrt(squares / 3000 / PIXELS - mean * mean), offset());
  }

  @Test
  void aSecondRunReusesShardsAndAChangedSourceDoesNot() throws IOException {
    JobConfig job = idx(40, 20, 10);
    PreparedData first = prepare(job, "reuse");
    assertThat(first.reused()).isFalse();
    Path shard = Path.of(java.net.URI.create(first.trainUri())).resolve("shard-00000-00000.arrow");
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(shard, old);

    PreparedData second = prepare(job, "reuse");
    assertThat(second.reused()).isTrue();
    assertThat(second.train()).isEqualTo(first.train());
    assertThat(second.trainUri()).isEqualTo(first.trainUri());
    assertThat(Files.getLastModifiedTime(shard)).isEqualTo(old);

    PreparedData changed = prepare(idx(41, 20, 10), "reuse");
    assertThat(changed.reused()).isFalse();
    assertThat(changed.trainUri()).isNotEqualTo(first.trainUri());
    assertThat(shard).exists();
  }

  @Test
  void anAttemptThatWasCutShortIsMadeAgain() throws IOException {
    JobConfig job = idx(40, 20, 10);
    PreparedData first = prepare(job, "cut");
    Path train = Path.of(java.net.URI.create(first.trainUri()));
    Path test = Path.of(java.net.URI.create(first.testUri()));
    Files.delete(test.resolve("dataset.json"));
    Path shard = train.resolve("shard-00000-00000.arrow");
    Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 100));

    PreparedData second = prepare(job, "cut");
    assertThat(second.reused()).isFalse();
    assertThat(second.train()).isEqualTo(first.train());
    open(second.trainUri()).close();
    open(second.testUri()).close();
  }

  @Test
  void plainAndGzipFilesMakeTheSameShards() throws IOException {
    PreparedData plain = prepare(idx(40, 20, 10), "plain");
    JobConfig job = idx(40, 20, 10);
    for (Map<String, Object> source : List.of(job.data().train(), job.data().test())) {
      TestIdx.gzip(file(source, "images"));
      TestIdx.gzip(file(source, "labels"));
    }
    PreparedData gzip = prepare(job, "gzip");
    assertThat(gzip.train().shards()).isEqualTo(plain.train().shards());
    assertThat(requireNonNull(gzip.test()).shards())
        .isEqualTo(requireNonNull(plain.test()).shards());
  }

  @Test
  void labelsOutOfRangeAreNamed() throws IOException {
    JobConfig job = idx(40, 20, 10);
    TestIdx.setLabel(file(job.data().test(), "labels"), 13, 10);
    assertThatThrownBy(() -> prepare(job, "label"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "test-labels", "record 13 (byte 21)", "from 0 to 9 as in the training set", "seen 10");
    JobConfig other = idx(40, 20, 10);
    TestIdx.setLabel(file(other.data().train(), "labels"), 5, 200);
    assertThatThrownBy(() -> prepare(other, "label"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("train-labels", "record 5 (byte 13)", "label 200");
    assertThatThrownBy(() -> Preparation.prepare(spark, other, hadoop("label"), 10))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("record 5 (byte 13)", "0 to 9 as in the model", "seen 200");
  }

  @Test
  void filesThatDoNotBelongTogetherAreNamed() throws IOException {
    JobConfig job = idx(40, 20, 10);
    TestIdx.labels(file(job.data().train(), "labels"), 39, 10);
    TestIdx.images(file(job.data().test(), "images"), 20, 28, 27);
    assertThatThrownBy(() -> prepare(job, "apart"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("train-labels", "one label for each of the 40 images", "seen 39");
    TestIdx.labels(file(job.data().train(), "labels"), 40, 10);
    assertThatThrownBy(() -> prepare(job, "apart"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("expected image of 1 x 28 x 28", "seen image of 1 x 28 x 27");
    Files.delete(file(job.data().test(), "labels"));
    assertThatThrownBy(() -> prepare(job, "apart"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("test-labels", "no such file", "data.test.labels");
    assertThat(folder.resolve("apart")).doesNotExist();
  }

  /** Checkpoints hold these: they go on over the same data. */
  @Test
  void fingerprintsAreThoseOfTheFirstFormat() throws IOException {
    assertThat(prepare(idx(40, 20, 10), "kept", 10).train().fingerprint())
        .isEqualTo("1a11ce1de2cf10e8");
    assertThat(prepare(digits(4, 2), "kept", 10).train().fingerprint())
        .isEqualTo("bfe2035d23c70c7d");
  }

  /** Or a job that gets a test set could not go on. */
  @Test
  void aTestSetIsNoPartOfTheTrainingSetsFingerprint() throws IOException {
    PreparedData both = prepare(idx(40, 20, 10), "both");
    JobConfig job = idx(40, 20, 10);
    PreparedData alone =
        prepare(DataJobs.job(new DataConfig("idx", job.data().train(), Map.of(), null)), "alone");
    PreparedData other = prepare(idx(40, 21, 10), "other");
    assertThat(alone.hasTest()).isFalse();
    assertThat(both.trainFingerprint())
        .isEqualTo(alone.trainFingerprint())
        .isEqualTo(other.trainFingerprint())
        .isEqualTo(alone.train().fingerprint())
        .isNotEqualTo(prepare(idx(41, 20, 10), "more").trainFingerprint());
    assertThat(both.fingerprintBeside(alone.trainFingerprint()))
        .isEqualTo(alone.trainFingerprint());
    assertThat(both.fingerprintBeside(both.train().fingerprint()))
        .as("what earlier builds wrote down")
        .isEqualTo(both.train().fingerprint());
  }

  @Test
  void refusedDataLeaveNothingBehind() throws IOException {
    JobConfig job = idx(40, 20, 10);
    TestIdx.setLabel(file(job.data().test(), "labels"), 13, 10);
    assertThatThrownBy(() -> prepare(job, "refused")).isInstanceOf(BadDataException.class);
    try (Stream<Path> left = Files.walk(folder.resolve("refused"))) {
      assertThat(left).containsExactly(folder.resolve("refused"));
    }
  }

  /** A part of a data set, in which the classes at the end have no example. */
  @Test
  void aModelSaysHowManyClassesThereAre() throws IOException {
    Path model = folder.resolve("model.json");
    Files.writeString(
        model,
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nIn(784)
                    .nOut(10)
                    .build())
            .build()
            .toJson());
    JobConfig few = ofModel(idx(40, 20, 7), model);
    PreparedData data = Preparation.prepare(spark, few, hadoop("classes"));
    assertThat(data.train().schema().tensor("label").categories()).isEqualTo(10);
    JobConfig many = ofModel(idx(40, 20, 12), model);
    assertThatThrownBy(() -> Preparation.prepare(spark, many, hadoop("classes")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "record 10 (byte 18)", "0 to 9 as in the model", "use a model with more classes");
  }

  private static JobConfig ofModel(JobConfig job, Path model) {
    return new JobConfig(
        job.job(),
        job.seed(),
        new ModelConfig(null, model.toUri().toString()),
        job.engine(),
        job.data(),
        job.batch(),
        job.epochs(),
        null,
        job.sync(),
        job.compression(),
        job.nonFinite(),
        job.workers(),
        job.servers(),
        null,
        job.transport(),
        job.output());
  }

  @Test
  void shardsOfTheFirstFormatAreFoundReady() throws IOException {
    Path old = folder.resolve("old").resolve("bfe2035d23c70c7d");
    for (String set : List.of("train", "test")) {
      Files.createDirectories(old.resolve(set));
      for (String file : List.of("dataset.json", "shard-00000.arrow")) {
        Files.copy(V1.resolve(set).resolve(file), old.resolve(set).resolve(file));
      }
    }
    PreparedData found = prepare(digits(4, 2), "old", 10);
    assertThat(found.reused()).isTrue();
    assertThat(found.train().formatVersion()).isEqualTo(DatasetDescription.IMAGES_VERSION);
    PreparedData made = prepare(digits(4, 2), "new", 10);
    assertThat(made.reused()).isFalse();
    assertThat(found.train().schema()).isEqualTo(made.train().schema());
    assertThat(found.train().summary("label").categoryCounts())
        .isEqualTo(made.train().summary("label").categoryCounts());
    assertThat(found.train().summary("image").mean())
        .isCloseTo(made.train().summary("image").mean(), offset());
    try (ExampleReader before = open(found.trainUri());
        ExampleReader now = open(made.trainUri())) {
      ExampleBatch first = batch(before.schema());
      ExampleBatch second = batch(now.schema());
      for (int i = 0; i < 4; i++) {
        before.read(i, 0, first);
        now.read(i, 0, second);
        assertThat(second.buffers()).isEqualTo(first.buffers());
      }
    }
  }

  @Test
  void aFileThatChangesWhileItIsReadIsNamed() throws IOException {
    JobConfig job = idx(40, 20, 10);
    List<SetSource> sources = new ArrayList<>();
    for (SetSource source : SetSource.of(job)) {
      sources.add(new SetSource(source.set(), new Changing(source.source(), job)));
    }
    assertThatThrownBy(() -> Preparation.prepare(spark, sources, hadoop("changing"), 0))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "train-labels: has changed while it was read", "expected length and CRC32C 48 ");
  }

  /** Changes a file of labels between the first look at it and its reading. */
  private record Changing(ExampleSource source, JobConfig job) implements ExampleSource {
    @Override
    public List<SourceProblem> check(Configuration configuration) {
      return source.check(configuration);
    }

    @Override
    public SourceContents contents(Configuration configuration) throws IOException {
      SourceContents contents = source.contents(configuration);
      TestIdx.setLabel(file(job.data().train(), "labels"), 7, 3);
      return contents;
    }
  }

  @Test
  void aFormatOfItsOwnIsPreparedAndRead() throws IOException {
    PreparedData data = prepare(points(Map.of("points", 100), Map.of("points", 10)), "points");
    DatasetDescription train = data.train();
    assertThat(train.examples()).isEqualTo(100);
    assertThat(train.shards())
        .extracting(shard -> shard.file() + " " + shard.firstExample() + " " + shard.examples())
        .containsExactly(
            "shard-00000-00000.arrow 0 33",
            "shard-00001-00000.arrow 33 33",
            "shard-00002-00000.arrow 66 34");
    assertThat(train.schema().tensor("side").categories()).isEqualTo(3);
    assertThat(train.summary("side").categoryCounts()).containsExactly(34L, 33L, 33L);
    assertThat(train.summary("y").mean()).isCloseTo(-49.5, offset());
    assertThat(train.summary("x").standardDeviation())
        .isCloseTo(Math.sqrt(9999 / 12.0) / 2, offset());
    try (ExampleReader reader = open(data.trainUri())) {
      ExampleBatch batch = batch(reader.schema());
      for (int i = 99; i >= 0; i--) {
        reader.read(i, 0, batch);
        assertThat(batch.buffer(0).getFloat(0)).isEqualTo(i / 2f);
        assertThat(batch.buffer(1).getFloat(0)).isEqualTo(-i);
        assertThat(batch.buffer(2).getFloat(4 * (i % 3))).isEqualTo(1f);
      }
    }
    PreparedData again = prepare(points(Map.of("points", 100), Map.of("points", 10)), "points");
    assertThat(again.reused()).isTrue();
  }

  @Test
  void aBadExampleOfAnyFormatIsPlaced() {
    JobConfig job = points(Map.of("points", 30), Map.of("points", 12, "odd", true));
    assertThatThrownBy(() -> prepare(job, "odd"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "point 11 of test: expected side from 0 to 2 as in the training set, seen 3");
  }

  @Test
  void theSetsOfAJobHaveTheSameTensors() throws IOException {
    List<SetSource> mixed =
        List.of(
            SetSource.of(points(Map.of("points", 30), Map.of("points", 12))).get(0),
            SetSource.of(digits(3, 2)).get(1));
    assertThatThrownBy(() -> Preparation.prepare(spark, mixed, hadoop("mixed"), 0))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "data.test: expected x of one number, y of one number, side of one number",
            "seen image of 1 x 28 x 28, label of one number, no other tensor");
  }

  @Test
  void preparesMnist() throws IOException {
    String data = System.getenv("TRIREME_DATA_DIR");
    Assumptions.assumeTrue(data != null, "TRIREME_DATA_DIR is not set, so there is no MNIST here");
    Path mnist = Path.of(data).resolve("mnist");
    PreparedData prepared =
        prepare(
            job(
                new DataConfig(
                    "idx",
                    source(mnist, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
                    source(mnist, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
                    null)),
            "mnist");
    DatasetDescription train = prepared.train();
    assertThat(train.examples()).isEqualTo(60_000);
    assertThat(requireNonNull(prepared.test()).examples()).isEqualTo(10_000);
    assertThat(train.schema().tensor("label").categories()).isEqualTo(10);
    assertThat(train.summary("label").categoryCounts().get(1)).isEqualTo(6742);
    assertThat(train.summary("image").mean()).isBetween(0.1306, 0.1308);
    assertThat(train.summary("image").standardDeviation()).isBetween(0.3080, 0.3082);
    try (ExampleReader reader = open(prepared.trainUri())) {
      ExampleBatch batch = batch(reader.schema());
      for (int[] known : new int[][] {{0, 5}, {1, 0}, {59_999, 8}}) {
        reader.read(known[0], 0, batch);
        assertThat(batch.buffer(1).getFloat(4 * known[1])).isEqualTo(1f);
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> offset() {
    return org.assertj.core.data.Offset.offset(1e-6);
  }

  private PreparedData prepare(JobConfig job, String shards) throws IOException {
    return prepare(job, shards, 0);
  }

  private PreparedData prepare(JobConfig job, String shards, int classes) throws IOException {
    return Preparation.prepare(spark, job, hadoop(shards), classes);
  }

  private org.apache.hadoop.fs.Path hadoop(String shards) {
    return new org.apache.hadoop.fs.Path(folder.resolve(shards).toUri());
  }

  private ExampleReader open(String uri) throws IOException {
    return ExampleReader.open(uri, folder.resolve("cache"), new Configuration(false));
  }

  private JobConfig idx(int train, int test, int classes) throws IOException {
    Path files = Files.createTempDirectory(folder, "idx");
    TestIdx.images(files.resolve("train-images"), train, 28, 28);
    TestIdx.labels(files.resolve("train-labels"), train, classes);
    TestIdx.images(files.resolve("test-images"), test, 28, 28);
    TestIdx.labels(files.resolve("test-labels"), test, classes);
    return job(
        new DataConfig(
            "idx",
            source(files, "train-images", "train-labels"),
            source(files, "test-images", "test-labels"),
            null));
  }

  private static Map<String, Object> source(Path folder, String images, String labels) {
    return Map.of(
        "images", folder.resolve(images).toString(), "labels", folder.resolve(labels).toString());
  }

  private static Path file(Map<String, Object> source, String key) {
    return Path.of(String.valueOf(source.get(key)));
  }
}
