package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.slots.TreeNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The formats that there have been. */
class FormatsTest {
  @TempDir Path dir;
  private FileSystem fs;
  private CheckpointFolder folder;

  @BeforeEach
  void open() throws IOException {
    fs = FileSystem.getLocal(new Configuration());
    folder = Checkpoints.folder(fs, dir);
  }

  /** What format 1 has in its header in place of format 2. */
  private CheckpointShard asFormat1(CheckpointShard written, long step) throws IOException {
    Path file = Path.of(folder.stepFolder(step).toUri()).resolve(written.name());
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(header.getInt(8)).isEqualTo(2);
    header.putInt(8, 1);
    int length = header.getInt(12);
    header.putInt(length - 4, (int) crc(bytes, length - 4));
    Files.write(file, bytes);
    return new CheckpointShard(
        written.name(),
        written.server(),
        bytes.length,
        crc(bytes, bytes.length),
        written.sections());
  }

  private static long crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }

  @Test
  void format1IsRead() throws IOException {
    Manifest now = Checkpoints.write(fs, folder, 10, "old");
    List<CheckpointShard> files = new ArrayList<>();
    for (CheckpointShard file : now.files()) {
      files.add(asFormat1(file, 10));
    }
    Manifest old = folder.commit(Checkpoints.manifest(Checkpoints.JOB, 1, 10, "old", files));
    assertThat(old.formatVersion()).isEqualTo(1);
    assertThat(Checkpoints.newest(folder)).isEqualTo(10);
    Checkpoints.assertLoads(folder, 10);
    try (Checkpoint checkpoint = folder.open(10)) {
      assertThat(checkpoint.residualNodes()).isEmpty();
      assertThat(checkpoint.travelOf(0)).isEmpty();
    }
  }

  @Test
  void format2HoldsResidualsByNodeAndBlockAndHowGroupsTravel() throws IOException {
    Manifest servers = Checkpoints.write(fs, folder, 10, "new");
    TreeNode left = new TreeNode(0, 2);
    TreeNode right = new TreeNode(2, 3);
    List<Section> sections = new ArrayList<>();
    for (TreeNode node : List.of(right, left)) {
      for (int part = 0; part < 2; part++) {
        byte[] bytes = {(byte) node.lo(), (byte) part, 1, 2};
        sections.add(Section.residual(7, node, part, 10, new UnsafeBuffer(bytes)));
      }
    }
    sections.add(Section.travel(2, 0, 10, new UnsafeBuffer(new byte[12])));
    CheckpointShardHeader header =
        new CheckpointShardHeader(Checkpoints.JOB, 10, "new", 65_536 + 3);
    assertThat(header.fileName()).isEqualTo("worker-00003.new.shard");
    List<CheckpointShard> files = new ArrayList<>(servers.files());
    files.add(CheckpointShardWriter.write(fs, folder.stepFolder(10), header, sections));
    Manifest manifest = folder.commit(Checkpoints.manifest(10, "new", files));
    assertThat(manifest.formatVersion()).isEqualTo(2);
    assertThat(Checkpoints.newest(folder)).isEqualTo(10);
    try (Checkpoint checkpoint = folder.open(10)) {
      assertThat(checkpoint.residualNodes()).containsExactly(left, right);
      assertThat(checkpoint.travelOf(2)).hasSize(1);
      List<StoredSection> stored = checkpoint.residualOf(7, right);
      assertThat(stored).hasSize(2);
      UnsafeBuffer read = new UnsafeBuffer(new byte[4]);
      checkpoint.read(stored.get(1).id(), read);
      assertThat(read.byteArray()).containsExactly(2, 1, 1, 2);
      assertThat(stored.get(1).id().toString()).isEqualTo("residual 1 of block 7 of slots 2-3");
    }
  }

  @Test
  void aResidualIsOfANode() {
    for (String name : List.of("", "2", "2-x", "-1-2", "residual")) {
      assertThatThrownBy(() -> new SectionId(SectionId.Kind.RESIDUAL, name, 0, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"" + name + "\"");
    }
    assertThatThrownBy(() -> SectionId.state(1, 2).node())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("state 2 of group 1");
  }
}
