package io.trireme.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.schema.ExampleBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleReaderTest {
  private static final int HEIGHT = 5;
  private static final int WIDTH = 3;
  private static final int CLASSES = 4;
  private static final int[] SHARDS = {7, 1, 12, 3};
  private static final int EXAMPLES = 23;

  private final Configuration configuration = new Configuration(false);

  @TempDir Path temporary;
  private Path folder = Path.of("");
  private Path cache = Path.of("");

  @BeforeEach
  void writeSet() throws IOException {
    folder = temporary.resolve("set");
    cache = temporary.resolve("cache");
    TestSets.write(hadoop(folder), configuration, HEIGHT, WIDTH, CLASSES, SHARDS);
  }

  @Test
  void readsEveryExampleInAnyOrder() throws IOException {
    try (ExampleReader reader = ExampleReader.open(folder.toString(), cache, configuration)) {
      assertThat(reader.examples()).isEqualTo(EXAMPLES);
      for (int i = 0; i < EXAMPLES; i++) {
        assertExample(reader, (i * 5) % EXAMPLES);
      }
    }
    assertThat(cache).doesNotExist();
  }

  @Test
  void writesNothingBesideTheExample() throws IOException {
    ExampleBatch batch = TestSets.batch(TestSets.images(HEIGHT, WIDTH, CLASSES), 3);
    try (ExampleReader reader = ExampleReader.open(folder.toString(), cache, configuration)) {
      reader.read(22, 1, batch);
      assertThatThrownBy(() -> reader.read(22, 3, batch))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> reader.read(23, 1, batch))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    for (DirectBuffer buffer : batch.buffers()) {
      int rowBytes = buffer.capacity() / 3;
      for (int at = 0; at < buffer.capacity(); at += 4) {
        boolean written = at >= rowBytes && at < 2 * rowBytes;
        assertThat(buffer.getInt(at) != 0x7f7f7f7f).isEqualTo(written);
      }
    }
  }

  @Test
  void otherToolsReadTheShards() throws IOException {
    Path shard = folder.resolve("shard-00002.arrow");
    try (RootAllocator allocator = new RootAllocator();
        ArrowFileReader arrow = new ArrowFileReader(Files.newByteChannel(shard), allocator)) {
      assertThat(arrow.loadNextBatch()).isTrue();
      var root = arrow.getVectorSchemaRoot();
      assertThat(root.getRowCount()).isEqualTo(12);
      FixedSizeBinaryVector images = (FixedSizeBinaryVector) root.getVector("image");
      UInt1Vector labels = (UInt1Vector) root.getVector("label");
      assertThat(images.get(11)).isEqualTo(TestSets.pixels(19, HEIGHT * WIDTH));
      assertThat(labels.get(11)).isEqualTo((byte) (19 % CLASSES));
      assertThat(root.getSchema().findField("image").getMetadata())
          .isEqualTo(
              Map.of("role", "feature", "shape", "1,5,3", "scale", Double.toString(1 / 255.0)));
      assertThat(arrow.loadNextBatch()).isFalse();
    }
  }

  @Test
  void aFlippedBitIsFoundWhereverItIs() throws IOException {
    Path shard = folder.resolve("shard-00001.arrow");
    byte[] good = Files.readAllBytes(shard);
    for (int at = 0; at < good.length; at += 13) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << at % 8);
      Files.write(shard, bad);
      assertThatThrownBy(() -> ExampleReader.open(folder.toString(), cache, configuration))
          .isInstanceOf(BadDataException.class)
          .hasMessageContainingAll("shard-00001.arrow", "CRC32C: expected", "seen");
    }
  }

  @Test
  void aShortOrMissingShardIsNamed() throws IOException {
    Path shard = folder.resolve("shard-00003.arrow");
    byte[] good = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(good, good.length - 1));
    assertThatThrownBy(() -> ExampleReader.open(folder.toString(), cache, configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("shard-00003.arrow", "length", good.length + " bytes");
    Files.delete(shard);
    assertThatThrownBy(() -> ExampleReader.open(folder.toString(), cache, configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("shard-00003.arrow", "seen none");
  }

  @Test
  void aShardOfAnotherShapeIsRefused() throws IOException {
    DatasetDescription other =
        TestSets.write(hadoop(temporary.resolve("other")), configuration, 3, 5, CLASSES, SHARDS);
    DatasetDescription mine = DatasetDescription.read(hadoop(folder), configuration);
    DatasetDescription mixed =
        new DatasetDescription(
            mine.formatVersion(),
            mine.name(),
            mine.examples(),
            mine.schema(),
            mine.summaries(),
            mine.fingerprint(),
            other.shards());
    mixed.write(hadoop(temporary.resolve("other")), configuration);
    assertThatThrownBy(
            () -> ExampleReader.open(temporary.resolve("other").toString(), cache, configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("schema", "shape=1,5,3", "shape=1,3,5");
  }

  @Test
  void setsElsewhereAreCopiedOnceAndDamagedCopiesReplaced() throws IOException {
    Configuration far = FarFileSystem.configuration();
    String farFolder = FarFileSystem.path(folder).toString();
    try (ExampleReader first = ExampleReader.open(farFolder, cache, far);
        ExampleReader second = ExampleReader.open(farFolder, cache, far)) {
      assertExample(first, 9);
      assertExample(second, 20);
    }
    Path copies = cache.resolve("0123abcd").resolve("train");
    try (Stream<Path> files = Files.list(copies)) {
      assertThat(files).hasSize(SHARDS.length);
    }
    Path copy = copies.resolve("shard-00002.arrow");
    byte[] bytes = Files.readAllBytes(copy);
    bytes[400] ^= 1;
    Files.write(copy, bytes);
    try (ExampleReader reader = ExampleReader.open(farFolder, cache, far)) {
      assertExample(reader, 20);
    }
    Files.write(folder.resolve("shard-00002.arrow"), bytes);
    try (ExampleReader reader = ExampleReader.open(farFolder, cache, far)) {
      assertExample(reader, 20);
    }
    Files.delete(copy);
    assertThatThrownBy(() -> ExampleReader.open(farFolder, cache, far))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("far:", "shard-00002.arrow", "CRC32C");
    assertThat(copy).doesNotExist();
  }

  @Test
  void manyReadersFetchTheSameSetAtOnce() throws Exception {
    Configuration far = FarFileSystem.configuration();
    String farFolder = FarFileSystem.path(folder).toString();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Float>> labels = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        labels.add(
            threads.submit(
                () -> {
                  try (ExampleReader reader = ExampleReader.open(farFolder, cache, far)) {
                    ExampleBatch batch = TestSets.batch(reader.schema(), 1);
                    reader.read(22, 0, batch);
                    return batch.buffer(1).getFloat(4 * (22 % CLASSES));
                  }
                }));
      }
      for (Future<Float> label : labels) {
        assertThat(label.get(30, TimeUnit.SECONDS)).isEqualTo(1f);
      }
    } finally {
      threads.shutdown();
    }
    try (Stream<Path> files = Files.list(cache.resolve("0123abcd").resolve("train"))) {
      assertThat(files).hasSize(SHARDS.length);
    }
  }

  @Test
  void aShardMissingElsewhereIsNamed() throws IOException {
    Files.delete(folder.resolve("shard-00001.arrow"));
    assertThatThrownBy(
            () ->
                ExampleReader.open(
                    FarFileSystem.path(folder).toString(), cache, FarFileSystem.configuration()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("far:", "shard-00001.arrow", "no such file");
  }

  private static void assertExample(ExampleReader reader, int index) {
    ExampleBatch batch = TestSets.batch(reader.schema(), 2);
    reader.read(index, 1, batch);
    byte[] pixels = TestSets.pixels(index, HEIGHT * WIDTH);
    for (int i = 0; i < pixels.length; i++) {
      assertThat(batch.buffer(0).getFloat(4 * (pixels.length + i)))
          .isEqualTo((float) ((pixels[i] & 0xff) / 255.0));
    }
    for (int c = 0; c < CLASSES; c++) {
      assertThat(batch.buffer(1).getFloat(4 * (CLASSES + c)))
          .isEqualTo(c == index % CLASSES ? 1f : 0f);
    }
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
