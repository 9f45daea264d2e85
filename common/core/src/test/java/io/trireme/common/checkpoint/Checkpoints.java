package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Small checkpoints with known content: two servers, four groups, two buffers of state each. */
final class Checkpoints {
  static final String JOB = "digits";
  static final int GROUPS = 4;
  private static final int GROUP_FLOATS = 1000;
  private static final int PARTS = 2;
  private static final int SERVERS = 2;

  private Checkpoints() {}

  static CheckpointFolder folder(FileSystem fs, java.nio.file.Path dir) {
    return new CheckpointFolder(fs, new Path(dir.resolve("checkpoints").toUri()), JOB);
  }

  /** Writes all shards of a step and commits it. */
  static Manifest save(FileSystem fs, CheckpointFolder folder, long step, String attempt)
      throws IOException {
    return folder.commit(write(fs, folder, step, attempt));
  }

  /** Writes all shards of a step. */
  static Manifest write(FileSystem fs, CheckpointFolder folder, long step, String attempt)
      throws IOException {
    List<CheckpointShard> files = new ArrayList<>();
    for (int server = 0; server < SERVERS; server++) {
      files.add(
          CheckpointShardWriter.write(
              fs,
              folder.stepFolder(step),
              new CheckpointShardHeader(JOB, step, attempt, server),
              sections(server, step)));
    }
    return manifest(step, attempt, files);
  }

  static List<Section> sections(int server, long step) {
    List<Section> sections = new ArrayList<>();
    for (int group = server; group < GROUPS; group += SERVERS) {
      sections.add(Section.parameters(group, step, floats(SectionId.parameters(group), step)));
      for (int part = 0; part < PARTS; part++) {
        sections.add(Section.state(group, part, step, floats(SectionId.state(group, part), step)));
      }
    }
    sections.add(Section.extra("residual", server, step, new UnsafeBuffer(new byte[server * 7])));
    return sections;
  }

  /** What a section of a step holds. */
  static UnsafeBuffer floats(SectionId id, long step) {
    byte[] bytes = new byte[GROUP_FLOATS * Float.BYTES];
    new Random(id.hashCode() * 31L + step).nextBytes(bytes);
    return new UnsafeBuffer(bytes);
  }

  static Manifest manifest(long step, String attempt, List<CheckpointShard> files) {
    return manifest(JOB, Manifest.FORMAT_VERSION, step, attempt, files);
  }

  static Manifest manifest(
      String job, int format, long step, String attempt, List<CheckpointShard> files) {
    List<StoredGroup> groups = new ArrayList<>();
    for (int group = 0; group < GROUPS; group++) {
      groups.add(new StoredGroup(group, (long) group * GROUP_FLOATS, GROUP_FLOATS));
    }
    return new Manifest(
        format,
        job,
        attempt,
        step,
        1_700_000_000_000L + step,
        new DataCursor(1, step * 64, "d5"),
        Map.of("job", 42L),
        "1a",
        "c0",
        config(),
        "{}",
        Map.of("restarts", "3"),
        groups,
        files);
  }

  static JsonNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("epochs", 2);
    config.putObject("batch").put("size", 64);
    return config;
  }

  /** Every section of a step is there and holds what was written. */
  static void assertLoads(CheckpointFolder folder, long step) throws IOException {
    try (Checkpoint checkpoint = folder.open(step)) {
      assertThat(checkpoint.manifest().step()).isEqualTo(step);
      assertThat(checkpoint.sections()).hasSize(GROUPS * (1 + PARTS) + SERVERS);
      for (int group = 0; group < GROUPS; group++) {
        assertHolds(checkpoint, SectionId.parameters(group), step);
        assertThat(checkpoint.stateOf(group)).hasSize(PARTS);
        for (StoredSection state : checkpoint.stateOf(group)) {
          assertHolds(checkpoint, state.id(), step);
        }
      }
      for (StoredSection extra : checkpoint.extras("residual")) {
        checkpoint.read(extra.id(), new UnsafeBuffer(new byte[extra.id().index() * 7]));
      }
    }
  }

  private static void assertHolds(Checkpoint checkpoint, SectionId id, long step)
      throws IOException {
    UnsafeBuffer expected = floats(id, step);
    UnsafeBuffer seen = new UnsafeBuffer(new byte[expected.capacity()]);
    checkpoint.read(id, seen);
    assertThat(seen.byteArray()).as(id.toString()).isEqualTo(expected.byteArray());
  }

  /** The newest valid step by every byte; -1 if there is none. */
  static long newest(CheckpointFolder folder) throws IOException {
    StepInspection newest = folder.newestValid(Check.EVERY_BYTE).newest();
    return newest == null ? -1 : newest.step();
  }
}
