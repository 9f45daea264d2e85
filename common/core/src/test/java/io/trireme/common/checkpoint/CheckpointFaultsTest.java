package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file system without rename fails at each single operation in turn, once or from then on: the
 * checkpoints that were there still load, and a later attempt succeeds.
 */
class CheckpointFaultsTest {
  @TempDir Path dir;
  private FailingStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FailingStore();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private interface Work {
    void run(CheckpointFolder folder) throws IOException;
  }

  /** Runs work that fails at its n-th operation, for all n; returns how many n there are. */
  private int failingAtEach(boolean forGood, Work before, Work work, Work after)
      throws IOException {
    for (int n = 0; ; n++) {
      Path own = dir.resolve(forGood + "-" + n);
      CheckpointFolder folder = Checkpoints.folder(store, own);
      store.heal();
      before.run(folder);
      store.fail(n, forGood ? Integer.MAX_VALUE : n + 1);
      boolean failed = false;
      try {
        work.run(folder);
      } catch (IOException e) {
        failed = true;
        assertThat(e).hasStackTraceContaining("injected at ");
      }
      int count = store.operations().size();
      store.heal();
      after.run(folder);
      if (count <= n) {
        assertThat(failed).isFalse();
        return n;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAttemptThatFailsLeavesTheOlderOnesAndALaterOneSucceeds(boolean forGood)
      throws IOException {
    int operations =
        failingAtEach(
            forGood,
            folder -> Checkpoints.save(store, folder, 10, "a"),
            folder -> Checkpoints.save(store, folder, 20, "b"),
            folder -> {
              assertThat(folder.inspect(10, Check.EVERY_BYTE).valid()).isTrue();
              long newest = Checkpoints.newest(folder);
              assertThat(newest).isIn(10L, 20L);
              Checkpoints.assertLoads(folder, newest);
              Checkpoints.save(store, folder, 20, "c");
              assertThat(Checkpoints.newest(folder)).isEqualTo(20);
              Checkpoints.assertLoads(folder, 20);
              assertThat(folder.prune(1, Check.EVERY_BYTE).deleted()).containsExactly(10L);
              Checkpoints.assertLoads(folder, 20);
              assertThat(folder.list(Check.EVERY_BYTE)).hasSize(1);
            });
    assertThat(operations).isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pruningThatFailsLeavesTheNewestAndALaterOneSucceeds(boolean forGood) throws IOException {
    int operations =
        failingAtEach(
            forGood,
            folder -> {
              Manifest never = Checkpoints.write(store, folder, 5, "x");
              assertThat(never.files()).hasSize(2);
              Checkpoints.save(store, folder, 10, "a");
              Checkpoints.save(store, folder, 20, "b");
              Manifest neither = Checkpoints.write(store, folder, 30, "y");
              assertThat(neither.files()).hasSize(2);
              Checkpoints.save(store, folder, 30, "c");
            },
            folder -> {
              Pruned pruned = folder.prune(2, Check.MANIFEST);
              assertThat(pruned.deleted().size() + pruned.debris().size()).isLessThan(3);
            },
            folder -> {
              assertThat(Checkpoints.newest(folder)).isEqualTo(30);
              Checkpoints.assertLoads(folder, 20);
              Checkpoints.assertLoads(folder, 30);
              Pruned pruned = folder.prune(2, Check.EVERY_BYTE);
              assertThat(pruned.deleted()).isSubsetOf(10L);
              assertThat(folder.list(Check.EVERY_BYTE))
                  .extracting(StepInspection::step)
                  .containsExactly(20L, 30L);
              Checkpoints.assertLoads(folder, 20);
              Checkpoints.assertLoads(folder, 30);
            });
    assertThat(operations).isGreaterThan(20);
  }

  @Test
  void choosingAndReadingThatFailDamageNothing() throws IOException {
    int operations =
        failingAtEach(
            false,
            folder -> {
              Checkpoints.save(store, folder, 10, "a");
              Checkpoints.save(store, folder, 20, "b");
            },
            folder -> {
              Choice choice = folder.newestValid(Check.EVERY_BYTE);
              StepInspection newest = choice.newest();
              assertThat(newest).isNotNull();
              if (newest != null && newest.step() != 20) {
                assertThat(choice.skipped()).hasSize(1);
                assertThat(choice.skipped().get(0).state()).isEqualTo(StepState.UNREADABLE);
                assertThat(choice.skipped().get(0).reason()).contains("injected at ");
              }
              try (Checkpoint checkpoint = folder.open(20)) {
                for (StoredSection section : checkpoint.sections()) {
                  checkpoint.read(
                      section.id(),
                      new org.agrona.concurrent.UnsafeBuffer(
                          new byte[(int) section.lengthBytes()]));
                }
              }
            },
            folder -> {
              Checkpoints.assertLoads(folder, 10);
              Checkpoints.assertLoads(folder, 20);
              assertThat(Checkpoints.newest(folder)).isEqualTo(20);
            });
    assertThat(operations).isGreaterThan(20);
  }

  @Test
  void aFullDiskIsOneErrorThatNamesTheFile() throws IOException {
    CheckpointFolder folder = Checkpoints.folder(store, dir);
    Checkpoints.save(store, folder, 10, "a");
    store.fail(2, 3);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Checkpoints.save(store, folder, 20, "b"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "cannot write checkpoint file "
                + folder.stepFolder(20)
                + "/server-00000.b.shard: java.io.IOException: injected at write");
    store.heal();
    assertThat(StepInspector.lengths(store, folder.stepFolder(20))).isEmpty();
  }
}
