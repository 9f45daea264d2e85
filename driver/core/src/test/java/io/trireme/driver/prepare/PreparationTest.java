package io.trireme.driver.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.BatchConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.DataConfig;
import io.trireme.common.config.DataConfig.SourceConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.NonFiniteConfig;
import io.trireme.common.config.OutputConfig;
import io.trireme.common.config.ServersConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.TransportConfig;
import io.trireme.common.config.WorkersConfig;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.shard.ExampleReader;
import io.trireme.driver.fixture.LocalSpark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class PreparationTest {
  private static final int PIXELS = 784;

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
    assertThat(data.test().examples()).isEqualTo(500);
    assertThat(data.train().classCounts().stream().mapToLong(n -> n).sum()).isEqualTo(3000);
    DigitGenerator generator = new DigitGenerator(42);
    byte[] image = new byte[PIXELS];
    UnsafeBuffer features = new UnsafeBuffer(ByteBuffer.allocateDirect(4 * PIXELS));
    UnsafeBuffer labels = new UnsafeBuffer(ByteBuffer.allocateDirect(40));
    double sum = 0;
    double squares = 0;
    try (ExampleReader reader = open(data.trainUri())) {
      for (int i = 0; i < 3000; i++) {
        reader.read(i, features, 0, labels, 0);
        int label = generator.draw(0, i, image, 0);
        assertThat(labels.getFloat(4 * label)).isEqualTo(1f);
        assertThat(reader.label(i)).isEqualTo(label);
        for (int p = 0; p < PIXELS; p++) {
          float value = features.getFloat(4 * p);
          if (value != (float) ((image[p] & 0xff) / 255.0)) {
            throw new AssertionError("example " + i + ", pixel " + p + ": " + value);
          }
          sum += value;
          squares += value * value;
        }
      }
    }
    double mean = sum / 3000 / PIXELS;
    assertThat(data.train().mean()).isCloseTo(mean, offset());
    assertThat(data.train().standardDeviation())
        .isCloseTo(Math.sqrt(squares / 3000 / PIXELS - mean * mean), offset());
  }

  @Test
  void aSecondRunReusesShardsAndAChangedSourceDoesNot() throws IOException {
    JobConfig job = idx(40, 20, 10);
    PreparedData first = prepare(job, "reuse");
    assertThat(first.reused()).isFalse();
    Path shard = Path.of(java.net.URI.create(first.trainUri())).resolve("shard-00000.arrow");
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
    Path shard = train.resolve("shard-00000.arrow");
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
    for (SourceConfig source : new SourceConfig[] {job.data().train(), job.data().test()}) {
      TestIdx.gzip(Path.of(String.valueOf(source.images())));
      TestIdx.gzip(Path.of(String.valueOf(source.labels())));
    }
    PreparedData gzip = prepare(job, "gzip");
    assertThat(gzip.train().shards()).isEqualTo(plain.train().shards());
    assertThat(gzip.test().shards()).isEqualTo(plain.test().shards());
  }

  @Test
  void labelsOutOfRangeAreNamed() throws IOException {
    JobConfig job = idx(40, 20, 10);
    TestIdx.setLabel(Path.of(String.valueOf(job.data().test().labels())), 13, 10);
    assertThatThrownBy(() -> prepare(job, "label"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "test-labels", "record 13 (byte 21)", "from 0 to 9 as in the training set", "seen 10");
    JobConfig other = idx(40, 20, 10);
    TestIdx.setLabel(Path.of(String.valueOf(other.data().train().labels())), 5, 200);
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
    TestIdx.labels(Path.of(String.valueOf(job.data().train().labels())), 39, 10);
    TestIdx.images(Path.of(String.valueOf(job.data().test().images())), 20, 28, 27);
    assertThatThrownBy(() -> prepare(job, "apart"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("train-labels", "one label for each of the 40 images", "seen 39");
    TestIdx.labels(Path.of(String.valueOf(job.data().train().labels())), 40, 10);
    assertThatThrownBy(() -> prepare(job, "apart"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("expected images of 28 x 28", "seen 28 x 27");
    Files.delete(Path.of(String.valueOf(job.data().test().labels())));
    assertThatThrownBy(() -> prepare(job, "apart"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("test-labels", "no such file", "data.test.labels");
    assertThat(folder.resolve("apart")).isDirectoryNotContaining("glob:**/dataset.json");
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
    assertThat(prepared.test().examples()).isEqualTo(10_000);
    assertThat(train.classes()).isEqualTo(10);
    assertThat(train.classCounts().get(1)).isEqualTo(6742);
    assertThat(train.mean()).isBetween(0.1306, 0.1308);
    assertThat(train.standardDeviation()).isBetween(0.3080, 0.3082);
    try (ExampleReader reader = open(prepared.trainUri())) {
      assertThat(new int[] {reader.label(0), reader.label(1), reader.label(59_999)})
          .containsExactly(5, 0, 8);
    }
  }

  private static org.assertj.core.data.Offset<Double> offset() {
    return org.assertj.core.data.Offset.offset(1e-6);
  }

  private PreparedData prepare(JobConfig job, String shards) throws IOException {
    return Preparation.prepare(spark, job, hadoop(shards));
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

  private static SourceConfig source(Path folder, String images, String labels) {
    return new SourceConfig(
        folder.resolve(images).toString(), folder.resolve(labels).toString(), null);
  }

  private static JobConfig digits(int train, int test) {
    return job(
        new DataConfig(
            "digits",
            new SourceConfig(null, null, train),
            new SourceConfig(null, null, test),
            null));
  }

  private static JobConfig job(DataConfig data) {
    return new JobConfig(
        "prepared",
        42,
        new ModelConfig(null, "model.json"),
        data,
        new BatchConfig(8, 2),
        1,
        null,
        SyncConfig.bsp(),
        CompressionConfig.NONE,
        NonFiniteConfig.FAIL,
        new WorkersConfig(1, 1, 1),
        ServersConfig.of(1),
        null,
        new TransportConfig(1 << 20, 1408, null, 10),
        new OutputConfig("runs"));
  }
}
