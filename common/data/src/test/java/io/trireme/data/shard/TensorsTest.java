package io.trireme.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.TensorSummary;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every role, element type and kind of shape, written by a schema and read by it. */
class TensorsTest {
  private static final TensorSpec AGE = spec("age", Role.FEATURE, ElementType.FLOAT32, List.of());
  private static final TensorSpec VITALS =
      new TensorSpec("vitals", Role.FEATURE, ElementType.FLOAT32, List.of(2, 2), 0, 0.5);
  private static final TensorSpec WARD =
      new TensorSpec("ward", Role.FEATURE, ElementType.INT32, List.of(), 1000, 1);
  private static final TensorSpec COUNTS =
      spec("counts", Role.FEATURE, ElementType.INT32, List.of(3));
  private static final TensorSpec WORDS =
      new TensorSpec("words", Role.FEATURE, ElementType.INT32, List.of(5), true, 70_000, 1);
  private static final TensorSpec TRACE =
      new TensorSpec("trace", Role.FEATURE, ElementType.FLOAT32, List.of(4, 3), true, 0, 1);
  private static final TensorSpec MASK =
      new TensorSpec("trace_mask", Role.MASK, ElementType.UINT8, List.of(4), true, 0, 1);
  private static final TensorSpec WEIGHT =
      spec("weight", Role.WEIGHT, ElementType.FLOAT32, List.of());
  private static final TensorSpec TAGS =
      new TensorSpec("tags", Role.LABEL, ElementType.UINT8, List.of(4), true, 3, 1);
  private static final TensorSpec CURE = spec("cure", Role.LABEL, ElementType.FLOAT32, List.of(1));
  private static final ExampleSchema SCHEMA =
      new ExampleSchema(List.of(AGE, VITALS, WARD, COUNTS, WORDS, TRACE, MASK, WEIGHT, TAGS, CURE));
  private static final int EXAMPLES = 3000;

  private final Configuration configuration = new Configuration(false);

  @TempDir Path folder;

  @Test
  void everyTensorComesBackPadded() throws IOException {
    write(SCHEMA, 2, 1000);
    try (ExampleReader reader = open()) {
      ExampleBatch batch = TestSets.batch(reader.schema(), 2);
      for (int e : new int[] {0, 1, 2, 3, 4, 999, 1000, 1001, EXAMPLES - 1}) {
        reader.read(e, 1, batch);
        int steps = e % 5;
        assertThat(row(batch, AGE)).containsExactly(e + 0.25f);
        assertThat(row(batch, VITALS)).containsExactly(e / 2f, e / 2f + 0.5f, 0f, -0.5f);
        assertThat(row(batch, WARD)).containsExactly(e % 1000);
        assertThat(row(batch, COUNTS)).containsExactly(-e, e, 1 << 24);
        assertThat(row(batch, WORDS)).isEqualTo(padded(5, steps, i -> 60_000 + i));
        assertThat(row(batch, TRACE)).isEqualTo(padded(12, 3 * steps, i -> e * 0.125f + i));
        assertThat(row(batch, MASK)).isEqualTo(padded(4, steps, i -> 1));
        assertThat(row(batch, WEIGHT)).containsExactly(e % 7);
        assertThat(row(batch, TAGS)).isEqualTo(oneHot(steps, e));
        assertThat(row(batch, CURE)).containsExactly(-e);
      }
    }
  }

  @Test
  void readingAllocatesNothing() throws IOException {
    write(SCHEMA, EXAMPLES, EXAMPLES);
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (ExampleReader reader = open()) {
      ExampleBatch batch = TestSets.batch(reader.schema(), 1);
      readAll(reader, batch);
      long before = thread.getCurrentThreadAllocatedBytes();
      readAll(reader, batch);
      assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(EXAMPLES);
    }
  }

  private static void readAll(ExampleReader reader, ExampleBatch batch) {
    for (int e = 0; e < EXAMPLES; e++) {
      reader.read(e, 0, batch);
    }
  }

  @Test
  void otherToolsReadTheColumns() throws IOException {
    write(SCHEMA, EXAMPLES, EXAMPLES);
    try (RootAllocator allocator = new RootAllocator();
        ArrowFileReader arrow =
            new ArrowFileReader(Files.newByteChannel(folder.resolve("0.arrow")), allocator)) {
      assertThat(arrow.loadNextBatch()).isTrue();
      var root = arrow.getVectorSchemaRoot();
      assertThat(root.getVector("age").getObject(7)).isEqualTo(7.25f);
      assertThat(root.getVector("vitals").getObject(7)).hasToString("[7.0,8.0,0.0,-1.0]");
      assertThat(root.getVector("words").getObject(8)).hasToString("[60000,60001,60002]");
      assertThat(root.getVector("trace").getObject(5)).hasToString("[]");
      assertThat(root.getVector("trace_mask").getNullCount()).isZero();
    }
  }

  @Test
  void theBytesDependOnTheExamplesAlone() throws IOException {
    List<Shard> small = write(SCHEMA, 1, 700).shards();
    assertThat(write(SCHEMA, 1000, 700).shards()).isEqualTo(small);
  }

  @Test
  void anExampleMustHaveEachTensorOnceAndWhole() {
    ExampleSchema schema = new ExampleSchema(List.of(COUNTS, TRACE));
    try (ShardWriter writer = new ShardWriter(schema, 1)) {
      assertThatThrownBy(() -> writer.ints(0, new int[2], 0, 2))
          .hasMessageContainingAll("counts of 3 as INT32", "seen 2 numbers as INT32");
      assertThatThrownBy(() -> writer.floats(0, new float[3], 0, 3))
          .hasMessageContainingAll("counts of 3 as INT32", "as FLOAT32");
      assertThatThrownBy(() -> writer.floats(1, new float[4], 0, 4))
          .hasMessageContaining("trace of up to 4 x 3");
      assertThatThrownBy(() -> writer.floats(1, new float[15], 0, 15))
          .hasMessageContaining("trace of up to 4 x 3");
      writer.ints(0, new int[3], 0, 3);
      assertThatThrownBy(writer::endExample)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("trace: expected 1 examples, seen 0");
    }
  }

  @Test
  void categoriesOutOfRangeAreFoundWhenASetIsOpened() throws IOException {
    ExampleSchema fewer =
        new ExampleSchema(
            SCHEMA.tensors().stream()
                .map(tensor -> tensor.equals(WORDS) ? WORDS.withCategories(60_003) : tensor)
                .toList());
    write(fewer, 100, 100);
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("0.arrow", "words of row 4: expected 0 to 60002, seen 60003");
  }

  private DatasetDescription write(ExampleSchema schema, int capacity, int perShard)
      throws IOException {
    org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(folder.toUri());
    List<Shard> shards = new ArrayList<>();
    try (ShardWriter writer = new ShardWriter(schema, capacity)) {
      for (int e = 0; e < EXAMPLES; e++) {
        add(writer, e);
        if (writer.examples() == perShard || e == EXAMPLES - 1) {
          shards.add(
              writer.publish(
                  PlainFiles.of(target, configuration),
                  target,
                  shards.size() + ".arrow",
                  e + 1 - writer.examples()));
        }
      }
    }
    List<TensorSummary> summaries =
        schema.tensors().stream()
            .map(t -> new TensorSummary(0, 1, Collections.nCopies(t.categories(), 1L)))
            .toList();
    DatasetDescription set =
        new DatasetDescription(
            DatasetDescription.FORMAT_VERSION, "train", EXAMPLES, schema, summaries, "f", shards);
    set.write(target, configuration);
    return set;
  }

  private static void add(ShardWriter writer, int e) {
    int steps = e % 5;
    float[] trace = new float[12];
    byte[] tags = new byte[4];
    for (int i = 0; i < trace.length; i++) {
      trace[i] = e * 0.125f + i;
    }
    for (int i = 0; i < tags.length; i++) {
      tags[i] = (byte) ((e + i) % 3);
    }
    writer.floats(0, new float[] {9, e + 0.25f}, 1, 1);
    writer.floats(1, new float[] {e, e + 1, 0, -1}, 0, 4);
    writer.ints(2, new int[] {e % 1000}, 0, 1);
    writer.ints(3, new int[] {-e, e, 1 << 24}, 0, 3);
    writer.ints(4, new int[] {60_000, 60_001, 60_002, 60_003}, 0, steps);
    writer.floats(5, trace, 0, 3 * steps);
    writer.bytes(6, new byte[] {1, 1, 1, 1}, 0, steps);
    writer.floats(7, new float[] {e % 7}, 0, 1);
    writer.bytes(8, tags, 0, steps);
    writer.floats(9, new float[] {-e}, 0, 1);
    writer.endExample();
  }

  private ExampleReader open() throws IOException {
    return ExampleReader.open(folder.toString(), folder.resolve("cache"), configuration);
  }

  private interface Numbers {
    float at(int index);
  }

  private static float[] padded(int length, int count, Numbers numbers) {
    float[] row = new float[length];
    for (int i = 0; i < count; i++) {
      row[i] = numbers.at(i);
    }
    return row;
  }

  private static float[] oneHot(int steps, int example) {
    float[] row = new float[12];
    for (int i = 0; i < steps; i++) {
      row[3 * i + (example + i) % 3] = 1;
    }
    return row;
  }

  private static float[] row(ExampleBatch batch, TensorSpec tensor) {
    float[] row = new float[tensor.denseLength()];
    for (int i = 0; i < row.length; i++) {
      row[i] = batch.buffer(SCHEMA.indexOf(tensor.name())).getFloat(4 * (row.length + i));
    }
    return row;
  }

  private static TensorSpec spec(String name, Role role, ElementType type, List<Integer> shape) {
    return new TensorSpec(name, role, type, shape, 0, 1);
  }
}
