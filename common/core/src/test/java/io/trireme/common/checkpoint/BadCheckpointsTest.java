package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is damaged, missing, foreign or too new is found, said, passed over and left alone. */
class BadCheckpointsTest {
  @TempDir Path dir;
  private FailingStore store;
  private CheckpointFolder folder;
  private Path newest;

  @BeforeEach
  void save() throws IOException {
    store = new FailingStore();
    folder = Checkpoints.folder(store, dir);
    Checkpoints.save(store, folder, 10, "a");
    Checkpoints.save(store, folder, 20, "b");
    newest = dir.resolve("checkpoints/step-000000000020");
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  /** What is done to a file. */
  enum Damage {
    TRUNCATED,
    EMPTY,
    LONGER,
    BIT_FLIPPED_AT_START,
    BIT_FLIPPED_INSIDE,
    BIT_FLIPPED_AT_END,
    MISSING;

    void to(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      switch (this) {
        case TRUNCATED -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        case EMPTY -> Files.write(file, new byte[0]);
        case LONGER -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
        case BIT_FLIPPED_AT_START -> flip(file, bytes, 0);
        case BIT_FLIPPED_INSIDE -> flip(file, bytes, bytes.length / 2);
        case BIT_FLIPPED_AT_END -> flip(file, bytes, bytes.length - 1);
        case MISSING -> Files.delete(file);
      }
    }

    private static void flip(Path file, byte[] bytes, int at) throws IOException {
      bytes[at] ^= 0x10;
      Files.write(file, bytes);
    }
  }

  private Path file(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(newest)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  private StepInspection skipped() throws IOException {
    Choice choice = folder.newestValid(Check.EVERY_BYTE);
    assertThat(Objects.requireNonNull(choice.newest()).step()).isEqualTo(10);
    assertThat(choice.skipped()).hasSize(1);
    return choice.skipped().get(0);
  }

  /** A later attempt at the same step takes the damaged one's place. */
  private void recovers() throws IOException {
    Checkpoints.assertLoads(folder, 10);
    Checkpoints.save(store, folder, 20, "c");
    assertThat(Checkpoints.newest(folder)).isEqualTo(20);
    Checkpoints.assertLoads(folder, 20);
    Pruned pruned = folder.prune(2, Check.EVERY_BYTE);
    assertThat(pruned.deleted()).isEmpty();
    Checkpoints.assertLoads(folder, 10);
    Checkpoints.assertLoads(folder, 20);
    try (Stream<Path> files = Files.list(newest)) {
      assertThat(files).hasSize(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shard(Damage damage) throws IOException {
    Path file = file("server-00001");
    damage.to(file);
    StepInspection report = skipped();
    assertThat(report.state()).isEqualTo(StepState.DAMAGED);
    assertThat(report.reason()).startsWith("file:" + file + ": ");
    assertThat(report.manifest()).isNotNull();
    recovers();
  }

  @ParameterizedTest
  @EnumSource
  void manifest(Damage damage) throws IOException {
    Path file = file("manifest");
    damage.to(file);
    StepInspection report = skipped();
    assertThat(report.state())
        .isEqualTo(damage == Damage.MISSING ? StepState.UNCOMMITTED : StepState.DAMAGED);
    assertThat(report.reason()).startsWith("file:" + newest);
    recovers();
  }

  @Test
  void noBitOfAManifestCanChangeUnseen() throws IOException {
    Path file = file("manifest");
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << i % 8);
      assertThatThrownBy(() -> ManifestJson.decode("m", bytes))
          .isInstanceOf(BadCheckpointException.class);
      bytes[at] ^= (byte) (1 << i % 8);
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ManifestJson.decode("m", part))
          .isInstanceOf(BadCheckpointException.class);
    }
    assertThat(ManifestJson.decode("m", bytes).step()).isEqualTo(20);
  }

  /** A group that is read alone is verified, though others of its file are damaged. */
  @Test
  void aSectionIsVerifiedAsItIsRead() throws IOException {
    Path file = file("server-00001");
    try (Checkpoint checkpoint = folder.open(20)) {
      StoredSection section =
          Objects.requireNonNull(checkpoint.find(SectionId.parameters(3)), "group 3");
      byte[] bytes = Files.readAllBytes(file);
      bytes[(int) section.offset() + 17] ^= 1;
      Files.write(file, bytes);
      UnsafeBuffer floats = new UnsafeBuffer(new byte[(int) section.lengthBytes()]);
      checkpoint.read(SectionId.parameters(1), floats);
      assertThatThrownBy(() -> checkpoint.read(section.id(), floats))
          .isInstanceOf(BadCheckpointException.class)
          .hasMessageMatching(
              "file:.*shard: parameters of group 3 at bytes \\d+ to \\d+ has CRC32C [0-9a-f]{8},"
                  + " expected [0-9a-f]{8}");
      assertThatThrownBy(() -> checkpoint.read(SectionId.parameters(9), floats))
          .hasMessageEndingWith("has no parameters of group 9");
      assertThatThrownBy(
              () -> checkpoint.read(SectionId.parameters(1), new UnsafeBuffer(new byte[4])))
          .hasMessageEndingWith("parameters of group 1 has 4000 bytes, expected 4");
    }
  }

  @Test
  void aShardOfAnotherJobIsDamage() throws IOException {
    Path file = file("server-00001");
    CheckpointShard foreign =
        CheckpointShardWriter.write(
            store,
            new org.apache.hadoop.fs.Path(dir.resolve("other").toUri()),
            new CheckpointShardHeader("othjob", 20, "b", 1),
            Checkpoints.sections(1, 20));
    Files.copy(
        dir.resolve("other").resolve(foreign.name()),
        file,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    StepInspection report = skipped();
    assertThat(report.state()).isEqualTo(StepState.DAMAGED);
    assertThat(report.reason()).endsWith("is of job othjob, expected job digits");
    recovers();
  }

  /** Only a look at every byte finds it, which no commit in the middle of training can afford. */
  @Test
  void aStepThatWasFoundDamagedTakesNoValidOnesPlace() throws IOException {
    Damage.BIT_FLIPPED_INSIDE.to(file("server-00001"));
    Checkpoints.save(store, folder, 30, "c");
    assertThat(folder.inspect(20, Check.MANIFEST).valid()).isTrue();
    assertThat(folder.prune(2, Check.MANIFEST, Set.of(20L), () -> {}))
        .isEqualTo(new Pruned(List.of(), List.of(20L), 0));
    Checkpoints.assertLoads(folder, 10);
    Checkpoints.assertLoads(folder, 30);
  }

  /** As where another driver has taken the lease since the look at the steps began. */
  @Test
  void nothingIsDeletedWithoutTheRightTo() throws IOException {
    Checkpoints.save(store, folder, 30, "c");
    assertThatThrownBy(
            () ->
                folder.prune(
                    1,
                    Check.MANIFEST,
                    Set.of(),
                    () -> {
                      throw new LeaseLostException("another driver has it");
                    }))
        .isInstanceOf(LeaseLostException.class);
    Checkpoints.assertLoads(folder, 10);
    Checkpoints.assertLoads(folder, 20);
    Checkpoints.assertLoads(folder, 30);
  }

  @Test
  void aManifestOfAnotherJobIsAClearErrorAndStays() throws IOException {
    CheckpointFolder other = new CheckpointFolder(store, folder.path(), "letters");
    assertThatThrownBy(() -> other.newestValid(Check.MANIFEST))
        .isInstanceOf(BadCheckpointException.class)
        .hasMessageEndingWith(
            "is of job digits, expected job letters; give each job a folder of its own; or move "
                + folder.stepFolder(20)
                + " away");
    Manifest manifest =
        Checkpoints.manifest("letters", 1, 20, "z", List.of(shards(other, "letters")));
    assertThatThrownBy(() -> other.commit(manifest)).isInstanceOf(BadCheckpointException.class);
    assertThat(other.prune(1, Check.MANIFEST)).isEqualTo(new Pruned(List.of(), List.of(), 0));
    assertThatThrownBy(other::clear).isInstanceOf(BadCheckpointException.class);
    Checkpoints.assertLoads(folder, 10);
    Checkpoints.assertLoads(folder, 20);
  }

  private CheckpointShard shards(CheckpointFolder to, String job) throws IOException {
    List<Section> all =
        Stream.concat(Checkpoints.sections(0, 20).stream(), Checkpoints.sections(1, 20).stream())
            .filter(section -> section.id().kind() != SectionId.Kind.EXTRA)
            .toList();
    return CheckpointShardWriter.write(
        store, to.stepFolder(20), new CheckpointShardHeader(job, 20, "z", 0), all);
  }

  @Test
  void aNewerManifestIsAClearErrorAndStays() throws IOException {
    Path file = file("manifest");
    Files.write(file, ManifestJson.sealed("{\"formatVersion\":3,\"job\":\"digits\",\"new\":{}"));
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> folder.newestValid(Check.MANIFEST))
        .isInstanceOf(BadCheckpointException.class)
        .hasMessage(
            "file:%s: format expected up to 2, seen 3; use the Trireme that wrote it; or move %s"
                    .formatted(file, folder.stepFolder(20))
                + " away");
    assertThatThrownBy(() -> Checkpoints.save(store, folder, 20, "c"))
        .isInstanceOf(BadCheckpointException.class)
        .hasMessageStartingWith("cannot commit step 20: ");
    Checkpoints.save(store, folder, 30, "d");
    assertThat(folder.prune(1, Check.EVERY_BYTE).deleted()).containsExactly(10L);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aNewerShardIsAClearError() throws IOException {
    Path file = file("server-00000");
    byte[] bytes = Files.readAllBytes(file);
    bytes[8] = 3;
    Files.write(file, bytes);
    assertThatThrownBy(() -> folder.newestValid(Check.EVERY_BYTE))
        .isInstanceOf(BadCheckpointException.class)
        .hasMessageContaining("shard: format expected up to 2, seen 3");
  }

  @Test
  void manifestsOfNoSense() {
    for (String json :
        List.of(
            "{\"formatVersion\":1",
            "{\"formatVersion\":0",
            "{\"formatVersion\":\"one\"",
            "{\"a\":[[[")) {
      assertThatThrownBy(() -> ManifestJson.decode("m", ManifestJson.sealed(json)))
          .isInstanceOf(BadCheckpointException.class)
          .hasMessageStartingWith("m: no manifest: ");
    }
    assertThatThrownBy(() -> Checkpoints.manifest(20, "a", List.of()))
        .hasMessage("parameters of group 0: expected 4000 bytes, seen none");
  }

  @Test
  void aStepOfAnotherNameIsDamage() throws IOException {
    Files.move(newest, dir.resolve("checkpoints/step-000000000030"));
    StepInspection report = skipped();
    assertThat(report.reason()).endsWith("manifest.json: is of step 20, expected 30");
  }

  @Test
  void aValidStepIsNotReplacedByAnotherAttempt() throws IOException {
    byte[] before = Files.readAllBytes(file("manifest"));
    Manifest other = Checkpoints.write(store, folder, 20, "c");
    assertThat(folder.commit(other).attempt()).isEqualTo("b");
    assertThat(Files.readAllBytes(file("manifest"))).isEqualTo(before);
    assertThat(folder.prune(2, Check.EVERY_BYTE).files()).isEqualTo(2);
    Checkpoints.assertLoads(folder, 20);
  }

  @Test
  void aCommitWithoutItsFilesIsRefused() throws IOException {
    Manifest manifest = Checkpoints.write(store, folder, 30, "c");
    Files.delete(dir.resolve("checkpoints/step-000000000030/server-00001.c.shard"));
    assertThatThrownBy(() -> folder.commit(manifest))
        .isInstanceOf(BadCheckpointException.class)
        .hasMessageEndingWith("server-00001.c.shard: is missing, expected 24263 bytes");
    assertThat(Checkpoints.newest(folder)).isEqualTo(20);
  }

  @Test
  void aFolderThatIsNoneIsOneError() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "x");
    CheckpointFolder none =
        new CheckpointFolder(
            store, new org.apache.hadoop.fs.Path(file.resolve("sub").toUri()), "digits");
    assertThatThrownBy(() -> Checkpoints.save(store, none, 20, "a"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot create checkpoint file " + none.stepFolder(20));
  }

  @Test
  void nothingIsThere() throws IOException {
    CheckpointFolder none = Checkpoints.folder(store, dir.resolve("none"));
    assertThat(none.list(Check.EVERY_BYTE)).isEmpty();
    assertThat(none.newestValid(Check.EVERY_BYTE)).isEqualTo(new Choice(null, List.of()));
    assertThat(none.prune(1, Check.MANIFEST)).isEqualTo(new Pruned(List.of(), List.of(), 0));
    none.clear();
  }

  @Test
  void clearsEverything() throws IOException {
    Manifest uncommitted = Checkpoints.write(store, folder, 30, "c");
    assertThat(uncommitted.lengthBytes()).isPositive();
    folder.clear();
    assertThat(folder.list(Check.MANIFEST)).isEmpty();
  }
}
