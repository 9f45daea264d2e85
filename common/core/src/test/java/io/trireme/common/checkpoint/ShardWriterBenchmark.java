package io.trireme.common.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * Bytes a second into shard files and back, beside plain copies of a file of the same length on the
 * same disk, all synced. The arguments are a folder and a number of MiB:
 *
 * <pre>
 * mvn -q -pl common/core test-compile dependency:build-classpath -Dmdep.outputFile=/tmp/cp
 * java --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -XX:MaxDirectMemorySize=2g \
 *   -cp common/core/target/test-classes:common/core/target/classes:$(cat /tmp/cp) \
 *   io.trireme.common.checkpoint.ShardWriterBenchmark /tmp/bench 1024
 * </pre>
 */
public final class ShardWriterBenchmark {
  private static final int SECTION_BYTES = 1 << 20;
  private static final int ROUNDS = 5;

  private ShardWriterBenchmark() {}

  /** Prints a line for each round. */
  public static void main(String[] args) throws IOException {
    Path dir = Files.createDirectories(Path.of(args[0]));
    int count = Integer.parseInt(args[1]);
    FileSystem fs = FileSystem.getLocal(new Configuration(false));
    List<Section> sections = new ArrayList<>();
    List<StoredGroup> groups = new ArrayList<>();
    Random random = new Random(1);
    for (int group = 0; group < count; group++) {
      byte[] bytes = new byte[SECTION_BYTES];
      random.nextBytes(bytes);
      ByteBuffer direct = ByteBuffer.allocateDirect(SECTION_BYTES).put(bytes);
      sections.add(Section.parameters(group, 1, new UnsafeBuffer(direct)));
      groups.add(new StoredGroup(group, group * (SECTION_BYTES / 4L), SECTION_BYTES / 4));
    }
    CheckpointFolder folder =
        new CheckpointFolder(fs, new org.apache.hadoop.fs.Path(dir.toUri()), "bench");
    for (int round = 0; round < ROUNDS; round++) {
      long t0 = System.nanoTime();
      CheckpointShard file =
          CheckpointShardWriter.write(
              fs,
              folder.stepFolder(round),
              new CheckpointShardHeader("bench", round, "a", 0),
              sections);
      long t1 = System.nanoTime();
      Manifest manifest = manifest(round, groups, file);
      if (!folder.commit(manifest).equals(manifest)) {
        throw new IllegalStateException("another manifest stands");
      }
      long t2 = System.nanoTime();
      StepInspection report = folder.inspect(round, Check.EVERY_BYTE);
      long t3 = System.nanoTime();
      Path source = dir.resolve(folder.stepFolder(round).getName()).resolve(file.name());
      Path target = dir.resolve("copy");
      long copied = Files.size(Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING));
      sync(target);
      long t4 = System.nanoTime();
      stream(source, dir.resolve("streamed"));
      long t5 = System.nanoTime();
      System.out.printf(
          Locale.ROOT,
          "%d MiB: shard %.2f, commit %.4f s, verify %.2f (%s), Files.copy %.2f, 1 MiB stream copy"
              + " %.2f GB/s%n",
          copied >> 20,
          rate(copied, t1 - t0),
          (t2 - t1) / 1e9,
          rate(copied, t3 - t2),
          report.state(),
          rate(copied, t4 - t3),
          rate(copied, t5 - t4));
      if (round > 0) {
        Pruned pruned = folder.prune(1, Check.MANIFEST);
        if (pruned.deleted().size() != 1) {
          throw new IllegalStateException(pruned.toString());
        }
      }
    }
    folder.clear();
    Files.delete(dir.resolve("copy"));
    Files.delete(dir.resolve("streamed"));
  }

  private static double rate(long bytes, long nanos) {
    return bytes / (double) nanos;
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void stream(Path from, Path to) throws IOException {
    byte[] chunk = new byte[1 << 20];
    try (var in = Files.newInputStream(from);
        var out = Files.newOutputStream(to)) {
      for (int length = in.read(chunk); length > 0; length = in.read(chunk)) {
        out.write(chunk, 0, length);
      }
    }
    sync(to);
  }

  private static Manifest manifest(long step, List<StoredGroup> groups, CheckpointShard file) {
    return new Manifest(
        1,
        "bench",
        "a",
        step,
        0,
        new DataCursor(0, 0, ""),
        java.util.Map.of(),
        "",
        "",
        Checkpoints.config(),
        "",
        java.util.Map.of(),
        groups,
        List.of(file));
  }
}
