package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.security.PrivilegedExceptionAction;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real name node and three data nodes. */
class CheckpointsOnHdfsTest {
  @TempDir static java.nio.file.Path dir;
  private static MiniDFSCluster cluster;
  private static FileSystem hdfs;

  @BeforeAll
  static void start() throws IOException {
    Configuration conf = new Configuration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, dir.toString());
    conf.set("dfs.namenode.fs-limits.min-block-size", "0");
    cluster = new MiniDFSCluster.Builder(conf).numDataNodes(3).build();
    cluster.waitActive();
    hdfs = cluster.getFileSystem();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.shutdown(true);
    }
  }

  private static CheckpointFolder folder(String name) {
    return new CheckpointFolder(hdfs, new Path("/" + name + "/checkpoints"), Checkpoints.JOB);
  }

  @Test
  void savesChoosesAndPrunes() throws IOException {
    CheckpointFolder folder = folder("plain");
    for (long step = 10; step <= 30; step += 10) {
      Checkpoints.save(hdfs, folder, step, "a");
    }
    assertThat(Checkpoints.newest(folder)).isEqualTo(30);
    assertThat(folder.prune(2, Check.EVERY_BYTE).deleted()).containsExactly(10L);
    Checkpoints.assertLoads(folder, 20);
    Checkpoints.assertLoads(folder, 30);
  }

  /** A driver that dies while it writes leaves files that are still being written. */
  @Test
  void passesOverAnAttemptThatIsStillOpen() throws IOException {
    CheckpointFolder folder = folder("open");
    Checkpoints.save(hdfs, folder, 10, "a");
    Manifest unfinished = Checkpoints.write(hdfs, folder, 20, "b");
    Path file = new Path(folder.stepFolder(20), Manifest.FILE);
    try (FSDataOutputStream out = hdfs.create(file, false)) {
      byte[] bytes = ManifestJson.encode(unfinished);
      ((OutputStream) out).write(bytes, 0, bytes.length / 2);
      out.hflush();
      assertThat(Checkpoints.newest(folder)).isEqualTo(10);
      Checkpoints.save(hdfs, folder, 20, "c");
      assertThat(Checkpoints.newest(folder)).isEqualTo(20);
      Checkpoints.assertLoads(folder, 20);
      assertThat(folder.prune(1, Check.EVERY_BYTE))
          .isEqualTo(new Pruned(List.of(10L), List.of(), 2));
      Checkpoints.assertLoads(folder, 20);
    } catch (IOException gone) {
      // The stream's file was deleted under it, which its close says.
      assertThat(gone).hasStackTraceContaining(Manifest.FILE);
    }
    Checkpoints.assertLoads(folder, 20);
  }

  /** Blocks of which all copies are lost make a step unreadable: passed over, never deleted. */
  @Test
  void passesOverAStepWhoseBlocksAreGone() throws IOException {
    CheckpointFolder folder = folder("corrupt");
    Checkpoints.save(hdfs, folder, 10, "a");
    Manifest newest = Checkpoints.save(hdfs, folder, 20, "b");
    Path shard = new Path(folder.stepFolder(20), newest.files().get(1).name());
    FileStatus status = hdfs.getFileStatus(shard);
    assertThat(status.getLen()).isPositive();
    cluster.corruptBlockOnDataNodes(org.apache.hadoop.hdfs.DFSTestUtil.getFirstBlock(hdfs, shard));
    Choice choice = folder.newestValid(Check.EVERY_BYTE);
    assertThat(Objects.requireNonNull(choice.newest()).step()).isEqualTo(10);
    assertThat(choice.skipped()).hasSize(1);
    assertThat(choice.skipped().get(0).state()).isEqualTo(StepState.UNREADABLE);
    Checkpoints.save(hdfs, folder, 30, "c");
    assertThat(folder.prune(1, Check.EVERY_BYTE).debris()).isEmpty();
    Checkpoints.assertLoads(folder, 30);
  }

  @Test
  void aFolderWithoutPermissionIsOneError() throws Exception {
    CheckpointFolder ours = folder("ours");
    Checkpoints.save(hdfs, ours, 10, "a");
    hdfs.setPermission(ours.path(), new FsPermission((short) 0700));
    UserGroupInformation other =
        UserGroupInformation.createUserForTesting("other", new String[] {"others"});
    FileSystem theirs =
        other.doAs(
            (PrivilegedExceptionAction<FileSystem>)
                () -> FileSystem.newInstance(hdfs.getUri(), cluster.getConfiguration(0)));
    try (theirs) {
      CheckpointFolder same = new CheckpointFolder(theirs, ours.path(), Checkpoints.JOB);
      assertThatThrownBy(() -> same.newestValid(Check.MANIFEST))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot list the checkpoints in " + ours.path())
          .hasMessageContaining("Permission denied: user=other");
      assertThatThrownBy(() -> Checkpoints.save(theirs, same, 20, "b"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot create checkpoint file ")
          .hasMessageContaining("Permission denied: user=other");
    }
    Checkpoints.assertLoads(ours, 10);
  }

  @Test
  void oneDriverHoldsTheLease() throws IOException {
    Path path = new Path("/job/" + JobLease.NAME);
    JobLease first = lease(path, 1);
    JobLease.Held held = Objects.requireNonNull(first.tryAcquire().held());
    for (int i = 0; i < 3; i++) {
      held.renew();
      held.ensure();
      assertThat(lease(path, 2).tryAcquire().held()).isNull();
    }
    held.release();
    JobLease.Held next = Objects.requireNonNull(lease(path, 3).tryAcquire().held());
    assertThat(next.token()).isEqualTo(2);
    assertThatThrownBy(held::ensure).isInstanceOf(LeaseLostException.class);
  }

  private static JobLease lease(Path path, int pid) {
    return new JobLease(
        hdfs,
        path,
        Clock.systemUTC(),
        SystemNanoClock.INSTANCE,
        Duration.ofMinutes(5),
        "host",
        pid,
        new Random(pid));
  }
}
